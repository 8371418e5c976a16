internal import Tensors

/// Runs one of two graphs, as its input says.
struct If: SubgraphOperation {
    static let entry = OperatorEntry("If") { node throws(EngineError) in try If(node) }

    let graphs: [Graph]
    private var bodies: [Body] = []

    init(_ node: Node) throws(EngineError) {
        graphs = [
            try node.required("then_branch", node.graph("then_branch")), try node.required("else_branch", node.graph("else_branch")),
        ]
        guard graphs[0].outputs.count == graphs[1].outputs.count else {
            throw node.malformed("its branches have \(graphs[0].outputs.count) and \(graphs[1].outputs.count) outputs")
        }
        guard graphs.allSatisfy(\.inputs.isEmpty) else { throw node.malformed("a branch declares inputs") }
    }

    /// The graph that is run under `condition`, one bool.
    func branch(for condition: Tensor) -> Graph { graphs[Self.isTrue(condition) ? 0 : 1] }

    func inputFacts(ofGraph index: Int, _ inputs: [Fact?]) throws(EngineError) -> [Fact] { [] }

    func bind(_ bodies: [Body]) throws(EngineError) -> any Operation {
        var bound = self
        bound.bodies = bodies
        return bound
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        guard let condition = inputs.first, let condition, condition.dataType == .bool else {
            throw EngineError(.malformedModel, "its condition must be a bool tensor")
        }
        if let value = condition.value, value.count == 1 {
            return try bodies[Self.isTrue(value) ? 0 : 1].infer([], node: inputs)
        }
        let (first, second) = try bothBranches(inputs)
        var result: [Fact] = []
        for (first, second) in zip(first, second) {
            guard let joined = first.joined(with: second) ?? Self.optional(first, second) else {
                throw EngineError(.malformedModel, "its branches give \(first.type) and \(second.type)")
            }
            result.append(joined)
        }
        return result
    }

    /// The facts of both branches, while nobody knows which one runs.
    ///
    /// Shapes that one branch cannot take are why the model has the other: that branch says nothing then, and fails only if it runs.
    private func bothBranches(_ inputs: [Fact?]) throws(EngineError) -> ([Fact], [Fact]) {
        func vague(_ facts: [Fact]) -> [Fact] { facts.map { Fact(type: $0.type) } }
        let first: [Fact]
        do throws(EngineError) {
            first = try bodies[0].infer([], node: inputs)
        } catch {
            guard error.code == .invalidInput || error.code == .malformedModel else { throw error }
            let second = try bodies[1].infer([], node: inputs)
            return (vague(second), second)
        }
        do throws(EngineError) {
            return (first, try bodies[1].infer([], node: inputs))
        } catch {
            guard error.code == .invalidInput || error.code == .malformedModel else { throw error }
            return (first, vague(first))
        }
    }

    /// One branch may give an optional where the other gives what would be in it.
    private static func optional(_ first: Fact, _ second: Fact) -> Fact? {
        if case .optional(let wrapped) = first.type, wrapped == second.type { return Fact(type: first.type) }
        if case .optional(let wrapped) = second.type, wrapped == first.type { return Fact(type: second.type) }
        return nil
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let condition = run.tensor(0)
        guard condition.count == 1 else {
            throw EngineError(.invalidInput, "its condition has \(condition.count) elements instead of one")
        }
        let results = try bodies[Self.isTrue(condition) ? 0 : 1].run([], in: run)
        for (index, result) in results.enumerated() where run.isWanted(index) { run.publish(result, as: index) }
    }

    private static func isTrue(_ condition: Tensor) -> Bool { condition.pointer(as: UInt8.self)[0] != 0 }

    var outputCount: Int { graphs[0].outputs.count }

    var publishesOutputs: Bool { true }

    var takesOnlyTensors: Bool { false }
}
