import Tensors

/// Takes the slices that tuples of positions name.
struct GatherND: Operation {
    /// Leading axes that data and indices share.
    private let batch: Int

    static let entries = [OperatorEntry("GatherND", make: GatherND.init(node:))]

    init(node: Node) throws(EngineError) {
        batch = try node.int("batch_dims", default: 0)
        guard batch >= 0 else { throw node.malformed("batch_dims is \(batch)") }
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        let indices = try inputs.tensorFact(1)
        try IndexReader.check(indices, input: 1)
        guard let dims = data.dims, let positions = indices.dims else { return [Fact(data.elementType, nil)] }
        guard !positions.isEmpty, batch < positions.count else {
            throw EngineError(.invalidInput, "batch_dims is \(batch) for indices of rank \(positions.count)")
        }
        for axis in 0..<min(batch, dims.count) {
            if let left = dims[axis].value, let right = positions[axis].value, left != right {
                throw EngineError(.invalidInput, "batch axis \(axis) has extents \(left) and \(right)")
            }
        }
        guard let length = positions[positions.count - 1].value else { return [Fact(data.elementType, nil)] }
        guard length <= dims.count - batch else {
            throw EngineError(.invalidInput, "tuples of \(length) after \(batch) batch axes for data of rank \(dims.count)")
        }
        return [Fact(data.elementType, Array(positions.dropLast()) + Array(dims[(batch + length)...]))]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let indices = run.tensor(1)
        let target = try run.target(0, of: self)
        if target.count == 0 { return }
        let indexing = TupleIndexing(data: source.shape, indices: indices.shape, batch: batch)
        let reader = IndexReader(indices)
        try indexing.check(reader)
        TupleGather(indexing: indexing, indices: reader).apply(from: source, to: target, in: run)
        withExtendedLifetime(indices) {}
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        switch (RowAxis.of(inputs, 0), RowAxis.of(inputs, 1)) {
        case (.mixed(let reason), _), (_, .mixed(let reason)): return [.mixed(reason)]
        case (.absent, .absent): return [.absent]
        case (.absent, .axis(let rows)):
            guard let rank = facts[1]?.rank, rows >= batch, rows < rank - 1 else {
                return [.mixed("its positions name the slices of different rows")]
            }
            return [.axis(rows)]
        case (.axis(let rows), .absent):
            guard let rank = facts[1]?.rank, let length = facts[1]?.dims?.last?.value, rows >= batch + length else {
                return [.mixed("it addresses slices by their position in the batch")]
            }
            return [.axis(rank - 1 + rows - batch - length)]
        case (.axis(let left), .axis(let right)):
            return [left == right && left < batch ? .axis(left) : .mixed("it combines every row's positions with every row's data")]
        }
    }
}

private struct TupleGather: ElementMovement {
    let indexing: TupleIndexing
    let indices: IndexReader

    var pieceCount: Int { indexing.tupleCount }
    var elementsPerPiece: Int { indexing.inner }

    func move<Element>(
        _ pieces: Range<Int>, from source: UnsafePointer<Element>, to target: UnsafeMutablePointer<Element>
    ) {
        let inner = indexing.inner
        for tuple in pieces {
            (target + tuple * inner).update(from: source + indexing.offset(of: tuple, indices), count: inner)
        }
    }
}
