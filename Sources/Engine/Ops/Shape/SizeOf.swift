import Tensors

/// The number of elements of a tensor, as an int64 scalar.
struct SizeOf: Operation {
    static let entries = [OperatorEntry("Size", make: SizeOf.init(node:))]

    init(node: Node) throws(EngineError) {}

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        var fact = Fact(.int64, [])
        if let count = data.shape?.count { fact.value = Tensor([Int64(count)], dataType: .int64, shape: .scalar) }
        return [fact]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let count = run.tensor(0).count
        run.output(0).mutablePointer(as: Int64.self).pointee = Int64(count)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if case .axis = RowAxis.of(inputs, 0) { return [.mixed("it reads the size of the batch")] }
        return [RowAxis.of(inputs, 0)]
    }
}
