import Tensors

/// Makes a matrix: the axes before `axis` become its rows, the others its columns.
struct Flatten: Operation {
    private let axis: Int

    static let entries = [OperatorEntry("Flatten", make: Flatten.init(node:))]

    init(node: Node) throws(EngineError) {
        axis = try node.int("axis", default: 1)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        guard let dims = data.dims else { return [Fact(data.elementType, [.unknown, .unknown])] }
        guard axis >= -dims.count, axis <= dims.count else {
            throw EngineError(.malformedModel, "axis \(axis) is out of range for rank \(dims.count)")
        }
        let split = axis < 0 ? axis + dims.count : axis
        return [Fact(data.elementType, [DimProduct(dims[..<split]).dim, DimProduct(dims[split...]).dim])]
    }

    func run(_ run: NodeRun) throws(EngineError) { try run.publishView(of: self) }

    var aliasedInput: Int? { 0 }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        guard case .axis(let axis) = RowAxis.of(inputs, 0) else { return [RowAxis.of(inputs, 0)] }
        let target = try? infer(facts)
        return [.reshaped(axis: axis, from: facts.first??.dims, to: target?.first?.dims)]
    }
}
