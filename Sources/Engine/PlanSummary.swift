internal import Tensors

/// What became of a model's graph, for people to look at.
public struct PlanSummary: Sendable {
    /// Operators of the model's file, with how often each one stands there; subgraphs are not counted.
    public let declaredOperators: [String: Int]
    /// Operators left after the passes.
    public let operators: [String: Int]
    /// Elements of the file's initialisers.
    public let parameterCount: Int
    /// Bytes of constants kept, packed forms not counted.
    public let constantBytes: Int
}

/// The memory of one run on inputs of certain shapes.
public struct MemoryPlan: Sendable {
    /// Bytes of the block that all values between the steps share.
    public let arenaBytes: Int
    /// Values that have a place in the block.
    public let valueCount: Int
    /// What they would take if none used another's place again.
    public let valueBytes: Int
    /// The largest of them: its name, its shape and its bytes.
    public let largest: (name: String, shape: [Int], byteCount: Int)?
    /// Values that only running can tell the size of.
    public let unplannedCount: Int
}

/// The graph of a file, as far as it is remembered.
struct GraphSummary: Sendable {
    let operators: [String: Int]
    let parameterCount: Int

    init(_ graph: Graph) {
        var operators: [String: Int] = [:]
        for node in graph.nodes { operators[node.qualifiedName, default: 0] += 1 }
        self.operators = operators
        parameterCount = graph.initializers.values.reduce(0) { $0 + $1.count }
    }
}

extension Node {
    /// The operator with its domain, if that is not the standard one.
    var qualifiedName: String { domain.isEmpty ? operatorName : "\(domain)::\(operatorName)" }
}

extension Model {
    /// What became of the graph. O(nodes).
    public var planSummary: PlanSummary {
        var operators: [String: Int] = [:]
        for step in plan.network.steps { operators[step.node.qualifiedName, default: 0] += 1 }
        let constantBytes = plan.network.values.reduce(0) { $0 + ($1.fact.value?.byteCount ?? 0) }
        return PlanSummary(
            declaredOperators: origin.operators, operators: operators, parameterCount: origin.parameterCount, constantBytes: constantBytes)
    }

    /// Bytes that one run on inputs of these types and shapes keeps its values in, outputs not counted.
    public func memory(for inputs: [Value]) throws(EngineError) -> Int {
        try check(inputs)
        return try plan.schedule(for: inputs).arenaBytes
    }

    /// Where one run on inputs of these types and shapes keeps its values.
    public func memoryPlan(for inputs: [Value]) throws(EngineError) -> MemoryPlan {
        try check(inputs)
        let schedule = try plan.schedule(for: inputs)
        var count = 0
        var bytes = 0
        var unplanned = 0
        var largest: (name: String, shape: [Int], byteCount: Int)?
        for (value, place) in schedule.places.enumerated() {
            if case .passing = place { unplanned += 1 }
            guard case .arena = place, let shape = schedule.shapes[value], case .tensor(let dataType) = schedule.types[value] else { continue }
            let size = shape.count * dataType.byteWidth
            count += 1
            bytes += size
            if size > largest?.byteCount ?? 0 { largest = (plan.network.values[value].name, shape.dims, size) }
        }
        return MemoryPlan(
            arenaBytes: schedule.arenaBytes, valueCount: count, valueBytes: bytes, largest: largest, unplannedCount: unplanned)
    }
}
