import Tensors

/// Takes elements along the last axis, by position.
struct ArrayFeatureExtractor: Operation {
    static let entries = [
        OperatorEntry("ArrayFeatureExtractor", domain: "ai.onnx.ml", make: ArrayFeatureExtractor.init(node:))
    ]

    init(node: Node) throws(EngineError) {}

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        let indices = try inputs.tensorFact(1)
        try IndexReader.check(indices, input: 1)
        guard var dims = data.dims else { return [Fact(data.elementType, nil)] }
        guard !dims.isEmpty else { throw EngineError(.invalidInput, "there is no axis to take elements along") }
        let count = indices.dims.map { DimProduct($0).dim } ?? .unknown
        dims[dims.count - 1] = count
        // A vector gives one row.
        return [Fact(data.elementType, dims.count == 1 ? [1] + dims : dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let indices = run.tensor(1)
        let extent = source.shape[source.shape.rank - 1]
        let reader = IndexReader(indices)
        try reader.checkAll(extent: extent)
        let target = try run.target(0, of: self)
        let rows = source.shape.count(in: 0..<source.shape.rank - 1)
        TableCopy(
            tables: [(0..<rows).map { $0 * extent }, (0..<reader.count).map { reader.resolved($0, extent: extent) }], run: 1
        ).apply(from: source, to: target, in: run)
        withExtendedLifetime(indices) {}
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        // One table for all requests, and positions that each brings: labels looked up by class, in most classifiers.
        if RowAxis.of(inputs, 0) == .absent, case .axis(let axis) = RowAxis.of(inputs, 1), let rank = facts.first??.rank,
            let positions = facts[1]?.dims, positions.indices.allSatisfy({ $0 == axis || positions[$0] == .known(1) })
        {
            return [.axis(max(1, rank - 1))]
        }
        if let obstacle = RowAxis.obstacle(inputs, facts: facts, parameters: 1..<2) { return [obstacle] }
        guard case .axis(let axis) = RowAxis.of(inputs, 0) else { return [RowAxis.of(inputs, 0)] }
        guard let rank = facts.first??.rank, axis < rank - 1 else {
            return [.mixed("it takes elements by their position in the batch")]
        }
        return [.axis(axis)]
    }
}
