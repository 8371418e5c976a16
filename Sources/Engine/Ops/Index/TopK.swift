import Tensors

/// The `k` largest or smallest elements along an axis and their positions; of equal ones the first comes first.
struct TopK: Operation {
    private let axis: Int
    private let isLargest: Bool
    /// The number when it is an attribute, as before version 10.
    private let attribute: Int?

    static let entries = [OperatorEntry("TopK", make: TopK.init(node:))]

    var outputCount: Int { 2 }

    init(node: Node) throws(EngineError) {
        axis = try node.int("axis", default: -1)
        isLargest = try node.bool("largest", default: true)
        attribute = node.version < 10 ? try node.required("k", node.int("k")) : nil
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        let type = data.elementType
        guard SortKey.exists(for: type) else { throw EngineError(.unsupported, "elements of type \(type) have no order") }
        var k = attribute
        if k == nil {
            _ = try inputs.tensorFact(1)
            k = try inputs.knownInteger(1)
        }
        guard var dims = data.dims else { return [Fact(type, nil), Fact(.int64, nil)] }
        let axis = try AxisIndex.resolve(axis, rank: dims.count)
        if let k {
            guard k >= 0, k <= dims[axis].value ?? .max else {
                throw EngineError(.invalidInput, "k is \(k) for an axis of extent \(dims[axis])")
            }
            dims[axis] = .known(k)
        } else {
            dims[axis] = .unknown
        }
        return [Fact(type, dims), Fact(.int64, dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let values = try run.target(0, of: self)
        let positions = try run.target(1, of: self)
        let rank = source.shape.rank
        let axis = try AxisIndex.resolve(axis, rank: rank)
        let extent = source.shape[axis]
        let k = values.shape[axis]
        let inner = source.shape.count(in: axis + 1..<rank)
        if values.count == 0 { return }
        let found = positions.mutablePointer(as: Int64.self)
        run.parallel(source.count / extent, costPerPiece: extent * 16) { lines in
            let keys = UnsafeMutablePointer<Int64>.allocate(capacity: extent)
            let best = UnsafeMutablePointer<Int>.allocate(capacity: k)
            defer {
                keys.deallocate()
                best.deallocate()
            }
            for line in lines {
                let (block, offset) = line.quotientAndRemainder(dividingBy: inner)
                SortKey.fill(keys, count: extent, from: source, offset: block * extent * inner + offset, stride: inner)
                if !isLargest { for index in 0..<extent { keys[index] = ~keys[index] } }
                Selection.largest(k, of: keys, count: extent, into: best)
                for index in 0..<k { found[(block * k + index) * inner + offset] = Int64(best[index]) }
            }
        }
        if run.isWanted(0) {
            ElementPick(
                indexing: ElementIndexing(data: source.shape, indices: positions.shape, axis: axis), indices: IndexReader(positions)
            )
            .apply(from: source, to: values, in: run)
        }
        withExtendedLifetime((source, positions)) {}
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        let state: RowAxis
        if let obstacle = RowAxis.obstacle(inputs, facts: facts, parameters: 1..<2) {
            state = obstacle
        } else if case .axis(let rows) = RowAxis.of(inputs, 0) {
            let rank = facts.first??.rank ?? 0
            let axis = try? AxisIndex.resolve(axis, rank: rank)
            state = axis == nil || axis == rows ? .mixed("it compares the rows of the batch") : .axis(rows)
        } else {
            state = RowAxis.of(inputs, 0)
        }
        return [state, state]
    }
}

private struct ElementPick: ElementMovement {
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
