internal import Tensors

/// QLinearConv: a convolution of quantised elements, quantised anew.
struct QLinearConvolution: Operation {
    let attributes: ConvolutionAttributes
    /// The input and output have their channels last.
    let isChannelsLast: Bool

    static let entries: [OperatorEntry] = [
        OperatorEntry("QLinearConv") { node throws(EngineError) in
            QLinearConvolution(attributes: try ConvolutionAttributes(node), isChannelsLast: false)
        },
        OperatorEntry("QLinearConv", domain: "com.microsoft") { node throws(EngineError) in
            QLinearConvolution(
                attributes: try ConvolutionAttributes(node), isChannelsLast: try node.bool("channels_last", default: false))
        },
    ]

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let node = attributes.node
        var x = try node.tensorFact(inputs, 0, "x", Node.eightBit)
        let xScale = try node.tensorFact(inputs, 1, "x_scale", [.float32])
        let xZero = try node.tensorFact(inputs, 2, "x_zero_point", Node.eightBit)
        let w = try node.tensorFact(inputs, 3, "w", Node.eightBit)
        let wScale = try node.tensorFact(inputs, 4, "w_scale", [.float32])
        let wZero = try node.tensorFact(inputs, 5, "w_zero_point", Node.eightBit)
        let yScale = try node.tensorFact(inputs, 6, "y_scale", [.float32])
        let yZero = try node.tensorFact(inputs, 7, "y_zero_point", Node.eightBit)
        let b = try node.optionalTensorFact(inputs, 8, "B", [.int32])
        for (fact, label) in [(xScale, "x_scale"), (xZero, "x_zero_point"), (yScale, "y_scale"), (yZero, "y_zero_point")] {
            if let count = fact.shape?.count, count != 1 { throw node.malformed("input '\(label)' must have one element, not \(count)") }
        }
        try node.checkGranularity(wScale, "w_scale", extent: w.dim(0))
        try node.checkGranularity(wZero, "w_zero_point", extent: w.dim(0))
        if isChannelsLast, let dims = x.dims, dims.count > 2 { x.dims = [dims[0], dims[dims.count - 1]] + dims[1..<dims.count - 1] }
        var dims = try attributes.output(x, w, bias: b)
        if isChannelsLast, let planar = dims { dims = [planar[0]] + planar[2...] + [planar[1]] }
        return [try node.outputFact(yZero.dataType ?? .uint8, dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let w = run.tensor(3)
        let x = isChannelsLast ? ChannelOrder.planar(run.tensor(0)) : run.tensor(0)
        let sizes = try attributes.sizes(x.shape, w.shape)
        let output = run.output(0)
        let planar = isChannelsLast ? Tensor(dataType: output.dataType, shape: ChannelOrder.planarShape(output.shape)) : output
        let (xScale, yScale) = (run.tensor(1).pointer(as: Float.self)[0], run.tensor(6).pointer(as: Float.self)[0])
        let wScales = run.tensor(4)
        let (wScale, scaleCount) = (wScales.pointer(as: Float.self), wScales.count)
        let requantization = Requantization(IntegerOperand.values(run.tensor(7))[0], output.dataType)
        let target = planar.mutablePointer(as: UInt8.self)
        let bias = run.optionalTensor(8)?.pointer(as: Int32.self)
        IntegerConvolution.convolve(
            run, sizes, isPointwise: attributes.window.isPointwise(kernel: Array(w.shape.dims[2...])), x, w, run.tensor(2), run.tensor(5)
        ) { map, at, sums, count in
            let scale = xScale * wScale[scaleCount == 1 ? 0 : map] / yScale
            let added = bias.map { $0[map] } ?? 0
            LaneScratch.with(Int32.self, count: count) { biased in
                LaneScratch.with(Float.self, count: count) { floats in
                    for i in 0..<count { biased[i] = sums[i] &+ added }
                    requantization.row(UnsafePointer(biased), count, scale: scale, floats, into: target + at)
                }
            }
        }
        if isChannelsLast { ChannelOrder.copyChannelsLast(planar, into: output) }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [ConvolutionAttributes.rows(inputs)] }
}
