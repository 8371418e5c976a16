import Tensors

/// Inserts axes of extent 1 at the given positions of the result.
struct Unsqueeze: Operation {
    /// The axes when they are an attribute, as before version 13.
    private let attribute: [Int]?

    static let entries = [OperatorEntry("Unsqueeze", make: Unsqueeze.init(node:))]

    init(node: Node) throws(EngineError) {
        attribute = node.version < 13 ? try node.required("axes", node.ints("axes")) : nil
    }

    private func inserted(_ inputs: [Fact?]) throws(EngineError) -> [Int]? {
        if let attribute { return attribute }
        _ = try inputs.tensorFact(1)
        return try inputs.knownIntegers(1)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        guard let dims = data.dims else { return [Fact(data.elementType, nil)] }
        guard let axes = try inserted(inputs) else {
            let added = inputs[1]?.vectorLength
            return [Fact(data.elementType, added.map { [Dim](repeating: .unknown, count: dims.count + $0) })]
        }
        let positions = try AxisIndex.resolve(axes, rank: dims.count + axes.count)
        var result: [Dim] = []
        var next = 0
        for position in 0..<(dims.count + axes.count) {
            if positions.contains(position) {
                result.append(1)
            } else {
                result.append(dims[next])
                next += 1
            }
        }
        return [Fact(data.elementType, result)]
    }

    func run(_ run: NodeRun) throws(EngineError) { try run.publishView(of: self) }

    var aliasedInput: Int? { 0 }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if let obstacle = RowAxis.obstacle(inputs, facts: facts, parameters: 1..<2) { return [obstacle] }
        guard case .axis(let axis) = RowAxis.of(inputs, 0) else { return [RowAxis.of(inputs, 0)] }
        guard let rank = facts.first??.rank, let axes = try? inserted(facts),
            let positions = try? AxisIndex.resolve(axes, rank: rank + axes.count)
        else { return [.mixed("the axes that it inserts are not known")] }
        var kept = -1
        for position in 0..<(rank + axes.count) where !positions.contains(position) {
            kept += 1
            if kept == axis { return [.axis(position)] }
        }
        return [.mixed("the batch axis is out of range")]
    }
}
