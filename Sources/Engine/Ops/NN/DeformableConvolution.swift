internal import Tensors

/// DeformConv over images: each tap reads at its own fractional offset, weighted by a mask.
struct DeformableConvolution: Operation {
    let attributes: ConvolutionAttributes
    let offsetGroups: Int

    static let entries: [OperatorEntry] = [
        OperatorEntry("DeformConv") { node throws(EngineError) in
            DeformableConvolution(
                attributes: try ConvolutionAttributes(node), offsetGroups: try node.int("offset_group", default: 1, atLeast: 1))
        }
    ]

    private var node: Node { attributes.node }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "X", .floating)
        let w = try node.tensorFact(inputs, 1, "W", .floating)
        let offset = try node.tensorFact(inputs, 2, "offset", .floating)
        let bias = try node.optionalTensorFact(inputs, 3, "B", .floating)
        let mask = try node.optionalTensorFact(inputs, 4, "mask", .floating)
        if let rank = x.rank, rank != 4 { throw node.unsupported("an input of rank \(rank)") }
        let dataType = x.dataType ?? .float32
        guard let dims = try attributes.output(x, w, bias: bias) else { return [Fact(dataType, nil)] }
        if let channels = x.dim(1).value, channels % offsetGroups != 0 {
            throw node.malformed("\(channels) channels do not divide into \(offsetGroups) offset groups")
        }
        var taps = Dim.unknown
        if let height = w.dim(2).value, let width = w.dim(3).value, let shape = Shape(checking: [height, width, offsetGroups, 2]) {
            taps = .known(shape.count / 2)
        }
        try node.checkDims(offset, [dims[0], taps.value.map { .known(2 * $0) } ?? .unknown, dims[2], dims[3]], "offset")
        try node.checkDims(mask, [dims[0], taps, dims[2], dims[3]], "mask")
        return [try node.outputFact(dataType, dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let sizes = try attributes.sizes(run.tensor(0).shape, run.tensor(1).shape)
        if run.tensor(0).dataType == .float64 { convolve(run, sizes, Double.self) } else { convolve(run, sizes, Float.self) }
    }

    private func convolve<T: Real>(_ run: NodeRun, _ sizes: ConvolutionSizes, _ type: T.Type) {
        let x = run.elements(run.tensor(0), as: T.self)
        let (w, offsets) = (run.elements(run.tensor(1), as: T.self), run.elements(run.tensor(2), as: T.self))
        let (bias, mask) = (run.optionalElements(3, as: T.self), run.optionalElements(4, as: T.self))
        let output = run.destination(0, as: T.self)
        let (rows, columns) = (sizes.window.axes[0], sizes.window.axes[1])
        let (outputs, inputs, taps) = (sizes.window.outputCount, sizes.window.inputCount, sizes.window.kernelCount)
        let perOffset = max(sizes.channels * sizes.group / offsetGroups, 1)
        run.parallel(sizes.batch * sizes.group, costPerPiece: 2 &* sizes.maps &* sizes.depth &* outputs) { pieces in
            LaneScratch.with(T.self, count: sizes.depth * outputs) { sampled in
                for piece in pieces {
                    let (image, group) = piece.quotientAndRemainder(dividingBy: sizes.group)
                    for channel in 0..<sizes.channels {
                        let absolute = group * sizes.channels + channel
                        let plane = x + (image * sizes.group * sizes.channels + absolute) * inputs
                        let block = (image * offsetGroups + absolute / perOffset) * taps
                        for tap in 0..<taps {
                            let (dy, dx) = (offsets + (2 * (block + tap)) * outputs, offsets + (2 * (block + tap) + 1) * outputs)
                            let weights = mask.map { $0 + (block + tap) * outputs }
                            let target = sampled + (channel * taps + tap) * outputs
                            for position in 0..<outputs {
                                let y = T(rows.position(position / columns.output, tap / columns.kernel)) + dy[position]
                                let x = T(columns.position(position % columns.output, tap % columns.kernel)) + dx[position]
                                let value = Self.sample(plane, y, x, rows.input, columns.input)
                                target[position] = weights.map { value * $0[position] } ?? value
                            }
                        }
                    }
                    let target = output.elements + piece * sizes.maps * outputs
                    T.multiply(
                        MatrixMultiply(m: sizes.maps, n: outputs, k: sizes.depth), w + group * sizes.maps * sizes.depth,
                        UnsafePointer(sampled), target)
                    guard let bias else { continue }
                    for map in 0..<sizes.maps { for i in 0..<outputs { target[map * outputs + i] += bias[group * sizes.maps + map] } }
                }
            }
        }
        output.finish()
    }

    /// Bilinear, with zeros outside.
    private static func sample<T: Real>(_ plane: UnsafePointer<T>, _ y: T, _ x: T, _ height: Int, _ width: Int) -> T {
        guard y > -1, x > -1, y < T(height), x < T(width) else { return 0 }
        let (top, left) = (Int(y.rounded(.down)), Int(x.rounded(.down)))
        let (dy, dx) = (y - T(top), x - T(left))
        func at(_ row: Int, _ column: Int) -> T {
            row >= 0 && row < height && column >= 0 && column < width ? plane[row * width + column] : 0
        }
        let upper = (1 - dx) * at(top, left) + dx * at(top, left + 1)
        let lower = (1 - dx) * at(top + 1, left) + dx * at(top + 1, left + 1)
        return (1 - dy) * upper + dy * lower
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        [AttentionRows.find(inputs, facts, batched: [0, 2, 4], broadcast: [])]
    }
}
