import Tensors

/// Writes one element for each position, which replaces the coordinate along one axis; the rest stays as it is.
struct ScatterElements: Operation {
    private let axis: Int
    private let reduction: ScatterReduction

    static let entries = [
        OperatorEntry("Scatter", make: ScatterElements.init(node:)),
        OperatorEntry("ScatterElements", make: ScatterElements.init(node:)),
    ]

    init(node: Node) throws(EngineError) {
        axis = try node.int("axis", default: 0)
        reduction = try ScatterReduction(node: node)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        let indices = try inputs.tensorFact(1)
        let updates = try inputs.tensorFact(2)
        try IndexReader.check(indices, input: 1)
        guard updates.dataType == data.dataType else {
            throw EngineError(.malformedModel, "the updates are \(updates.type), the data \(data.type)")
        }
        try reduction.check(data.elementType)
        if let dims = data.dims {
            let axis = try AxisIndex.resolve(axis, rank: dims.count)
            if let positions = indices.dims { try ElementIndexing.check(positions, against: dims, axis: axis, name: "data") }
        }
        if let left = indices.shape, let right = updates.shape, left != right {
            throw EngineError(.invalidInput, "indices of shape \(left) with updates of shape \(right)")
        }
        return [Fact(data.elementType, data.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let indices = run.tensor(1)
        let updates = run.tensor(2)
        let axis = try AxisIndex.resolve(axis, rank: source.shape.rank)
        let reader = IndexReader(indices)
        try reader.checkAll(extent: source.shape[axis])
        let target = try run.target(0, of: self)
        WholeCopy.apply(from: source, to: target, in: run)
        let indexing = ElementIndexing(data: source.shape, indices: indices.shape, axis: axis)
        if reduction == .none {
            ElementScatter(indexing: indexing, indices: reader).apply(from: updates, to: target, in: run)
        } else {
            reduction.combine(updates, into: target) { body in
                for line in 0..<indexing.lineCount { indexing.forEach(inLine: line, reader, body) }
            }
        }
        withExtendedLifetime((indices, updates)) {}
    }

    var overwritableInputs: [Int] { [0] }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        [ElementIndexing.rows(inputs, facts: facts, axis: axis)]
    }
}

private struct ElementScatter: ElementMovement {
    let indexing: ElementIndexing
    let indices: IndexReader

    // One piece: where positions repeat, the last one in order wins.
    var pieceCount: Int { indexing.lineCount == 0 ? 0 : 1 }
    var elementsPerPiece: Int { indexing.lineCount * indexing.lineLength }

    func move<Element>(
        _ pieces: Range<Int>, from source: UnsafePointer<Element>, to target: UnsafeMutablePointer<Element>
    ) {
        for line in 0..<indexing.lineCount {
            indexing.forEach(inLine: line, indices) { index, offset in target[offset] = source[index] }
        }
    }
}
