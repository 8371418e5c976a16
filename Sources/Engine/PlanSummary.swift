internal import Tensors

/// What became of a model's graph, for people to look at.
public struct PlanSummary: Sendable {
    /// Operators left after the passes, with how often each one stands there; subgraphs are not counted.
    public let operators: [String: Int]
    /// Bytes of constants kept, packed forms not counted.
    public let constantBytes: Int
}

extension Model {
    /// What became of the graph. O(nodes).
    public var planSummary: PlanSummary {
        var operators: [String: Int] = [:]
        for step in plan.network.steps {
            let node = step.node
            operators[node.domain.isEmpty ? node.operatorName : "\(node.domain)::\(node.operatorName)", default: 0] += 1
        }
        let constantBytes = plan.network.values.reduce(0) { $0 + ($1.fact.value?.byteCount ?? 0) }
        return PlanSummary(operators: operators, constantBytes: constantBytes)
    }

    /// Bytes that one run on inputs of these types and shapes keeps its values in, outputs not counted.
    public func memory(for inputs: [Value]) throws(EngineError) -> Int {
        try check(inputs)
        return try plan.schedule(for: inputs).arenaBytes
    }
}
