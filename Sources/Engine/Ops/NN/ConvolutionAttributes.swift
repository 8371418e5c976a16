internal import Tensors

/// What every convolution's node says, and the rules of shape they share.
struct ConvolutionAttributes: Sendable {
    let node: Node
    let window: WindowAttributes
    let group: Int

    init(_ node: Node) throws(EngineError) {
        self.node = node
        window = try WindowAttributes(node)
        group = try node.int("group", default: 1, atLeast: 1)
    }

    /// The extents that come out of x [N, C, spatial…] under w [M, C/group, kernel…]; nil while a rank is unknown.
    func output(_ x: Fact, _ w: Fact, bias: Fact? = nil) throws(EngineError) -> [Dim]? {
        guard let input = x.dims, let weights = w.dims else { return nil }
        guard input.count >= 3 else { throw node.malformed("the input must have rank 3 or more, not \(input.count)") }
        guard weights.count == input.count else {
            throw node.malformed("the weights have rank \(weights.count) for an input of rank \(input.count)")
        }
        try check(weights)
        if let channels = input[1].value, let perGroup = weights[1].value {
            let (needed, overflow) = perGroup.multipliedReportingOverflow(by: group)
            guard !overflow, needed == channels else {
                throw node.malformed("weights for \(perGroup) channels in \(group) groups do not fit an input of \(channels) channels")
            }
        }
        try node.checkDims(bias, [weights[0]], "B")
        return [input[0], weights[0]] + (try window.outputDims(node, input: Array(input[2...]), kernel: Array(weights[2...])))
    }

    private func check(_ weights: [Dim]) throws(EngineError) {
        if let maps = weights[0].value, maps % group != 0 { throw node.malformed("\(maps) feature maps do not divide into \(group) groups") }
        if let kernel = window.kernel {
            guard kernel.count == weights.count - 2 else {
                throw node.malformed("attribute 'kernel_shape' has \(kernel.count) values for \(weights.count - 2) spatial axes")
            }
            for (axis, extent) in kernel.enumerated() {
                try node.checkExtent(weights[axis + 2], .known(extent), "extent \(axis + 2) of the weights")
            }
        }
    }

    /// Sizes for shapes that ``output(_:_:bias:)`` has accepted.
    func sizes(_ x: Shape, _ w: Shape) throws(EngineError) -> ConvolutionSizes {
        let window = try window.window(node, input: Array(x.dims[2...]), kernel: Array(w.dims[2...]))
        return ConvolutionSizes(
            batch: x[0], group: group, channels: w[1], maps: w[0] / group, window: window)
    }

    /// The batch stays where it is, unless something else than x differs from row to row.
    static func rows(_ inputs: [RowAxis], data: Int = 0) -> RowAxis {
        for (index, input) in inputs.enumerated() where index != data && input != .absent {
            if case .mixed = input { return input }
            return .mixed("its weights differ from row to row")
        }
        guard case .axis(let axis) = inputs[data] else { return inputs[data] }
        return axis == 0 ? .axis(0) : .mixed("it combines positions along axis \(axis)")
    }
}

/// The extents of one convolution.
struct ConvolutionSizes {
    let batch: Int
    let group: Int
    /// Input channels and feature maps of one group.
    let channels: Int
    let maps: Int
    let window: Window

    /// Length of each sum.
    var depth: Int { channels * window.kernelCount }

    /// Positions computed together, so that their columns stay in a core's cache.
    var positionsPerBlock: Int {
        let fitting = Self.columnElements / max(depth, 1)
        return max(min(max(fitting, 32), max(window.outputCount, 1)), 1)
    }

    private static let columnElements = 1 << 17
}
