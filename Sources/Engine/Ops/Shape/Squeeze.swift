import Tensors

/// Removes axes of extent 1: those named, or all of them.
struct Squeeze: Operation {
    /// The axes when they are an attribute, as before version 13.
    private let attribute: [Int]?

    static let entries = [OperatorEntry("Squeeze", make: Squeeze.init(node:))]

    init(node: Node) throws(EngineError) {
        attribute = node.version < 13 ? try node.ints("axes") : nil
    }

    /// The axes to remove, sorted; nil while unknown, empty optional inside when all of extent 1 are meant.
    private func removed(_ inputs: [Fact?], dims: [Dim]) throws(EngineError) -> [Int]? {
        var axes = attribute
        if axes == nil, inputs.count > 1, inputs[1] != nil {
            axes = try inputs.knownIntegers(1)
            if axes == nil { return nil }
        }
        if let axes {
            let resolved = try AxisIndex.resolve(axes, rank: dims.count)
            for axis in resolved {
                if let extent = dims[axis].value, extent != 1 {
                    throw EngineError(.invalidInput, "axis \(axis) has extent \(extent) and cannot be removed")
                }
            }
            return resolved
        }
        if dims.contains(where: { $0.value == nil }) { return nil }
        return dims.indices.filter { dims[$0] == 1 }
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        guard let dims = data.dims, let removed = try removed(inputs, dims: dims) else {
            return [Fact(data.elementType, nil)]
        }
        return [Fact(data.elementType, dims.indices.filter { !removed.contains($0) }.map { dims[$0] })]
    }

    func run(_ run: NodeRun) throws(EngineError) { try run.publishView(of: self) }

    var aliasedInput: Int? { 0 }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if let obstacle = RowAxis.obstacle(inputs, facts: facts, parameters: 1..<2) { return [obstacle] }
        guard case .axis(let axis) = RowAxis.of(inputs, 0) else { return [RowAxis.of(inputs, 0)] }
        guard let dims = facts.first??.dims, let removed = try? removed(facts, dims: dims) else {
            return [.mixed("the axes that it removes are not known")]
        }
        if removed.contains(axis) { return [.mixed("it removes the batch axis")] }
        return [.axis(axis - removed.count(where: { $0 < axis }))]
    }
}
