import Tensors

/// Takes one element for each position, which replaces the coordinate along one axis.
struct GatherElements: Operation {
    private let axis: Int

    static let entries = [OperatorEntry("GatherElements", make: GatherElements.init(node:))]

    init(node: Node) throws(EngineError) {
        axis = try node.int("axis", default: 0)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        let indices = try inputs.tensorFact(1)
        try IndexReader.check(indices, input: 1)
        if let dims = data.dims {
            let axis = try AxisIndex.resolve(axis, rank: dims.count)
            if let positions = indices.dims { try ElementIndexing.check(positions, against: dims, axis: axis, name: "data") }
        }
        return [Fact(data.elementType, indices.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let indices = run.tensor(1)
        let axis = try AxisIndex.resolve(axis, rank: source.shape.rank)
        let target = try run.target(0, of: self)
        let reader = IndexReader(indices)
        try reader.checkAll(extent: source.shape[axis])
        ElementGather(indexing: ElementIndexing(data: source.shape, indices: indices.shape, axis: axis), indices: reader)
            .apply(from: source, to: target, in: run)
        withExtendedLifetime(indices) {}
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        [ElementIndexing.rows(inputs, facts: facts, axis: axis)]
    }
}

private struct ElementGather: ElementMovement {
    let indexing: ElementIndexing
    let indices: IndexReader

    var pieceCount: Int { indexing.lineCount }
    var elementsPerPiece: Int { indexing.lineLength }

    func move<Element>(
        _ pieces: Range<Int>, from source: UnsafePointer<Element>, to target: UnsafeMutablePointer<Element>
    ) {
        for line in pieces {
            indexing.forEach(inLine: line, indices) { index, offset in target[index] = source[offset] }
        }
    }
}
