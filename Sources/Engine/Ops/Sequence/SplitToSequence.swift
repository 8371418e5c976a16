internal import Tensors

/// A sequence of the pieces of a tensor along an axis: of one length, of given lengths, or single slices.
struct SplitToSequence: Operation {
    static let entry = OperatorEntry("SplitToSequence") { node throws(EngineError) in try SplitToSequence(node) }

    /// Pieces of one split. Guards against axes that are long though the tensor is empty.
    private static let pieceLimit = 1 << 20

    private let axis: Int
    private let keepsAxis: Bool

    init(_ node: Node) throws(EngineError) {
        axis = try node.int("axis", default: 0)
        keepsAxis = try node.bool("keepdims", default: true)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let fact = try inputs.fact(0)
        guard fact.dataType != nil else { throw EngineError(.malformedModel, "only a tensor can be split") }
        if let rank = fact.rank { _ = try axis(rank: rank) }
        try inputs.checkPosition(1)
        return [Fact(type: .sequence(fact.type))]
    }

    private func axis(rank: Int) throws(EngineError) -> Int {
        guard axis >= -rank, axis < rank else { throw EngineError(.malformedModel, "axis \(axis) of a tensor of rank \(rank)") }
        return axis < 0 ? axis + rank : axis
    }

    private func check(_ pieces: Int) throws(EngineError) {
        guard pieces <= Self.pieceLimit else {
            throw EngineError(.resourceExhausted, "\(pieces) pieces, more than the limit of \(Self.pieceLimit)")
        }
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let tensor = run.tensor(0)
        let axis = try axis(rank: tensor.shape.rank)
        let extent = tensor.shape[axis]
        var pieces: [Value] = []
        guard let split = run.optionalTensor(1) else {
            try check(extent)
            for index in 0..<extent {
                pieces.append(
                    .tensor(keepsAxis ? tensor.slice(axis: axis, index..<index + 1) : tensor.element(axis: axis, index)))
            }
            run.publish(.sequence(pieces, element: .tensor(tensor.dataType)), as: 0)
            return
        }
        let given = split.dataType == .int32 ? split.elements(as: Int32.self).map(Int.init) : split.elements(as: Int64.self).map(Int.init)
        var lengths = given
        if split.shape.rank == 0 {
            guard given[0] > 0 else { throw EngineError(.invalidInput, "pieces of length \(given[0])") }
            try check(extent / given[0])
            lengths = stride(from: 0, to: extent, by: given[0]).map { min(given[0], extent - $0) }
        }
        var start = 0
        for length in lengths {
            guard length >= 0, length <= extent - start else {
                throw EngineError(.invalidInput, "pieces of \(lengths) from an axis of \(extent)")
            }
            pieces.append(.tensor(tensor.slice(axis: axis, start..<start + length)))
            start += length
        }
        guard start == extent else { throw EngineError(.invalidInput, "pieces of \(lengths) from an axis of \(extent)") }
        run.publish(.sequence(pieces, element: .tensor(tensor.dataType)), as: 0)
    }
}
