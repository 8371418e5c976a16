internal import Tensors

/// ConvTranspose: every input element spreads a scaled kernel over the output.
struct TransposedConvolution: Operation {
    let node: Node
    let attributes: WindowAttributes
    let group: Int
    let outputPadding: [Int]?
    let outputShape: [Int]?

    static let entries: [OperatorEntry] = [
        OperatorEntry("ConvTranspose") { node throws(EngineError) in try TransposedConvolution(node) }
    ]

    init(_ node: Node) throws(EngineError) {
        self.node = node
        attributes = try WindowAttributes(node)
        group = try node.int("group", default: 1, atLeast: 1)
        outputPadding = try node.ints("output_padding")
        outputShape = try node.ints("output_shape")
        for (name, list) in [("output_padding", outputPadding), ("output_shape", outputShape)] {
            for value in list ?? [] where value < 0 || value > WindowAttributes.largestValue {
                throw node.malformed("attribute '\(name)' holds \(value)")
            }
        }
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "X", .floating)
        let w = try node.tensorFact(inputs, 1, "W", .floating)
        let b = try node.optionalTensorFact(inputs, 2, "B", .floating)
        for (fact, label) in [(w, "W"), (b, "B")] { try node.checkSameType(fact, x.dataType, label) }
        let dataType = x.dataType ?? .float32
        guard let input = x.dims, let weights = w.dims else { return [Fact(dataType, nil)] }
        guard input.count >= 3, weights.count == input.count else {
            throw node.malformed("an input of rank \(input.count) does not fit weights of rank \(weights.count)")
        }
        try node.checkExtent(weights[0], input[1], "the first extent of the weights")
        if let channels = weights[0].value, channels % group != 0 {
            throw node.malformed("\(channels) channels do not divide into \(group) groups")
        }
        var maps = Dim.unknown
        if let perGroup = weights[1].value {
            let (product, overflow) = perGroup.multipliedReportingOverflow(by: group)
            if overflow { throw node.malformed("\(group) groups of \(perGroup) feature maps are too many") }
            maps = .known(product)
        }
        try node.checkDims(b, [maps], "B")
        try check(weights)
        let rank = input.count - 2
        var dims = [input[0], maps]
        for axis in 0..<rank {
            if let extent = input[axis + 2].value, let kernel = weights[axis + 2].value {
                dims.append(.known(try self.axis(axis, of: rank, input: extent, kernel: kernel).input))
            } else if let fixed = fixedExtent(axis, of: rank) {
                dims.append(.known(fixed))
            } else {
                dims.append(.unknown)
            }
        }
        return [try node.outputFact(dataType, dims)]
    }

    private func check(_ weights: [Dim]) throws(EngineError) {
        let rank = weights.count - 2
        try attributes.check(node, spatialRank: rank)
        if let outputPadding, outputPadding.count != rank {
            throw node.malformed("attribute 'output_padding' has \(outputPadding.count) values for \(rank) spatial axes")
        }
        if let outputShape, outputShape.count != rank, outputShape.count != rank + 2 {
            throw node.malformed("attribute 'output_shape' has \(outputShape.count) values for \(rank) spatial axes")
        }
        for (axis, extent) in (attributes.kernel ?? []).enumerated() {
            try node.checkExtent(weights[axis + 2], .known(extent), "extent \(axis + 2) of the weights")
        }
    }

    private func fixedExtent(_ axis: Int, of rank: Int) -> Int? {
        guard let outputShape, !outputShape.isEmpty else { return nil }
        return outputShape[outputShape.count - rank + axis]
    }

    /// The window that would lead from this operator's output back to its input along one spatial axis.
    private func axis(_ index: Int, of rank: Int, input: Int, kernel: Int) throws(EngineError) -> WindowAxis {
        guard kernel >= 1, kernel <= WindowAttributes.largestValue else { throw node.malformed("a kernel extent is \(kernel)") }
        let stride = attributes.strides?[index] ?? 1
        let dilation = attributes.dilations?[index] ?? 1
        let extra = outputPadding?[index] ?? 0
        let reach = (kernel - 1) * dilation + 1 + extra
        let (spread, overflow) = stride.multipliedReportingOverflow(by: max(input - 1, 0))
        guard !overflow, spread < Int.max / 4 else { throw node.malformed("a stride of \(stride) over \(input) positions is too far") }
        let full = input == 0 ? 0 : spread + reach
        var axis = WindowAxis(input: 0, output: input, kernel: kernel, stride: stride, dilation: dilation, padBegin: 0, padEnd: 0)
        var fixed = fixedExtent(index, of: rank)
        switch attributes.padding {
        case .sameUpper, .sameLower: if fixed == nil { fixed = input == 0 ? 0 : spread + stride }
        case .explicit(let pads?):
            axis.padBegin = pads[index]
            axis.padEnd = pads[rank + index]
        case .explicit(nil), .valid: break
        }
        if let fixed {
            axis.input = fixed
            let total = max(0, full - fixed)
            if case .sameUpper = attributes.padding { axis.padBegin = total / 2 } else { axis.padBegin = total - total / 2 }
            axis.padEnd = total - axis.padBegin
        } else {
            axis.input = full - axis.padBegin - axis.padEnd
            guard axis.input >= 0 || input == 0 else { throw node.malformed("its pads leave an extent of \(axis.input)") }
            axis.input = max(axis.input, 0)
        }
        return axis
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let (x, w) = (run.tensor(0), run.tensor(1))
        var axes: [WindowAxis] = []
        for index in 0..<x.shape.rank - 2 {
            axes.append(try axis(index, of: x.shape.rank - 2, input: x.shape[index + 2], kernel: w.shape[index + 2]))
        }
        let window = Window(axes: axes)
        if x.dataType == .float64 { spread(run, window, Double.self) } else { spread(run, window, Float.self) }
    }

    /// A product gives what each input position adds under each tap; the taps are then added to the output in order.
    private func spread<T: SpreadElement>(_ run: NodeRun, _ window: Window, _ type: T.Type) {
        let (x, w) = (run.tensor(0), run.tensor(1))
        let (channels, maps) = (w.shape[0] / group, w.shape[1])
        let (positions, outputs, taps) = (window.outputCount, window.inputCount, window.kernelCount)
        let (input, weights) = (run.elements(x, as: T.self), run.elements(w, as: T.self))
        let bias = run.optionalElements(2, as: T.self)
        let output = run.destination(0, as: T.self)
        let right = run.scratch(T.self, count: T.packedCount(depth: channels, columns: positions))
        for image in 0..<x.shape[0] * group {
            let group = image % self.group
            T.pack(input + image * channels * positions, (positions, 1), depth: channels, columns: positions, into: right)
            run.parallel(maps, costPerPiece: 2 &* channels &* taps &* positions) { range in
                LaneScratch.with(T.self, count: taps * positions) { columns in
                    for map in range {
                        var problem = MatrixMultiply(m: taps, n: positions, k: channels)
                        problem.aStrides = (1, maps * taps)
                        T.multiply(problem, weights + (group * channels * maps + map) * taps, packed: UnsafePointer(right), columns)
                        let target = output.elements + (image * maps + map) * outputs
                        target.update(repeating: bias.map { $0[group * maps + map] } ?? 0, count: outputs)
                        T.spread(UnsafePointer(columns), window, target)
                    }
                }
            }
        }
        output.finish()
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [ConvolutionAttributes.rows(inputs)] }
}
