import Tensors

/// Writes the slices that tuples of positions name; the rest stays as it is.
struct ScatterND: Operation {
    private let reduction: ScatterReduction

    static let entries = [OperatorEntry("ScatterND", make: ScatterND.init(node:))]

    init(node: Node) throws(EngineError) {
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
        if let positions = indices.dims, positions.isEmpty {
            throw EngineError(.invalidInput, "the indices are a scalar")
        }
        if let dims = data.dims, let length = indices.dims?.last?.value, length > dims.count {
            throw EngineError(.invalidInput, "tuples of \(length) positions for data of rank \(dims.count)")
        }
        if let shape = data.shape, let positions = indices.shape, let given = updates.shape {
            let length = positions.dims.last ?? 0
            let expected = Array(positions.dims.dropLast()) + Array(shape.dims[length...])
            guard given.dims == expected else {
                throw EngineError(.invalidInput, "updates of shape \(given), expected \(Shape(checking: expected) ?? .scalar)")
            }
        }
        return [Fact(data.elementType, data.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let indices = run.tensor(1)
        let updates = run.tensor(2)
        let indexing = TupleIndexing(data: source.shape, indices: indices.shape, batch: 0)
        let reader = IndexReader(indices)
        if indexing.inner > 0 { try indexing.check(reader) }
        let target = try run.target(0, of: self)
        WholeCopy.apply(from: source, to: target, in: run)
        if indexing.inner == 0 { return }
        if reduction == .none {
            TupleScatter(indexing: indexing, indices: reader).apply(from: updates, to: target, in: run)
        } else {
            let inner = indexing.inner
            reduction.combine(updates, into: target) { body in
                for tuple in 0..<indexing.tupleCount {
                    let offset = indexing.offset(of: tuple, reader)
                    for element in 0..<inner { body(tuple * inner + element, offset + element) }
                }
            }
        }
        withExtendedLifetime((indices, updates)) {}
    }

    var overwritableInputs: [Int] { [0] }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        switch (RowAxis.of(inputs, 0), RowAxis.of(inputs, 1), RowAxis.of(inputs, 2)) {
        case (.mixed(let reason), _, _), (_, .mixed(let reason), _), (_, _, .mixed(let reason)):
            return [.mixed(reason)]
        case (.absent, .absent, .absent):
            return [.absent]
        case (.axis(let rows), .absent, .axis(let updated)):
            // Slices across the whole batch, one row's update beside another's.
            guard let positions = facts[1]?.rank, let length = facts[1]?.dims?.last?.value, rows >= length,
                updated == positions - 1 + rows - length
            else { return [.mixed("it addresses slices by their position in the batch")] }
            return [.axis(rows)]
        default:
            return [.mixed("it addresses slices by their position in the batch")]
        }
    }
}

private struct TupleScatter: ElementMovement {
    let indexing: TupleIndexing
    let indices: IndexReader

    // One piece: where tuples repeat, the last one in order wins.
    var pieceCount: Int { indexing.tupleCount == 0 ? 0 : 1 }
    var elementsPerPiece: Int { indexing.tupleCount * indexing.inner }

    func move<Element>(
        _ pieces: Range<Int>, from source: UnsafePointer<Element>, to target: UnsafeMutablePointer<Element>
    ) {
        let inner = indexing.inner
        for tuple in 0..<indexing.tupleCount {
            (target + indexing.offset(of: tuple, indices)).update(from: source + tuple * inner, count: inner)
        }
    }
}
