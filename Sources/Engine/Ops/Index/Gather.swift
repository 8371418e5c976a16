import Tensors

/// Takes whole slices along one axis, by position.
struct Gather: Operation {
    private let axis: Int

    static let entries = [OperatorEntry("Gather", make: Gather.init(node:))]

    init(node: Node) throws(EngineError) {
        axis = try node.int("axis", default: 0)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        let indices = try inputs.tensorFact(1)
        try IndexReader.check(indices, input: 1)
        guard let dims = data.dims else { return [Fact(data.elementType, nil)] }
        let axis = try AxisIndex.resolve(axis, rank: dims.count)
        guard let positions = indices.dims else { return [Fact(data.elementType, nil)] }
        return [Fact(data.elementType, Array(dims[..<axis]) + positions + Array(dims[(axis + 1)...]))]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let indices = run.tensor(1)
        let rank = source.shape.rank
        let axis = try AxisIndex.resolve(axis, rank: rank)
        let target = try run.target(0, of: self)
        let reader = IndexReader(indices)
        if target.count > 0 { try reader.checkAll(extent: source.shape[axis]) }
        SliceGather(
            outer: source.shape.count(in: 0..<axis), extent: source.shape[axis],
            inner: source.shape.count(in: axis + 1..<rank), indices: reader
        ).apply(from: source, to: target, in: run)
        withExtendedLifetime(indices) {}
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        switch (RowAxis.of(inputs, 0), RowAxis.of(inputs, 1)) {
        case (.mixed(let reason), _), (_, .mixed(let reason)):
            return [.mixed(reason)]
        case (.absent, .absent):
            return [.absent]
        case (.absent, .axis(let rows)):
            guard let rank = facts.first??.rank, let axis = try? AxisIndex.resolve(axis, rank: rank) else {
                return [.mixed("the rank of its input is not known")]
            }
            return [.axis(axis + rows)]
        case (.axis(let rows), .absent):
            guard let rank = facts.first??.rank, let axis = try? AxisIndex.resolve(axis, rank: rank),
                let added = facts[1]?.rank
            else { return [.mixed("the rank of its input is not known")] }
            if rows == axis { return [.mixed("it takes slices by their position in the batch")] }
            return [.axis(rows < axis ? rows : rows - 1 + added)]
        case (.axis, .axis):
            return [.mixed("it combines every row's positions with every row's data")]
        }
    }
}

private struct SliceGather: ElementMovement {
    let outer: Int
    let extent: Int
    let inner: Int
    let indices: IndexReader

    var pieceCount: Int { inner == 0 ? 0 : outer * indices.count }
    var elementsPerPiece: Int { inner }

    func move<Element>(
        _ pieces: Range<Int>, from source: UnsafePointer<Element>, to target: UnsafeMutablePointer<Element>
    ) {
        var block = pieces.lowerBound / indices.count
        var index = pieces.lowerBound % indices.count
        for piece in pieces {
            let from = source + (block * extent + indices.resolved(index, extent: extent)) * inner
            if inner == 1 {
                target[piece] = from.pointee
            } else {
                (target + piece * inner).update(from: from, count: inner)
            }
            index += 1
            if index == indices.count {
                index = 0
                block += 1
            }
        }
    }
}
