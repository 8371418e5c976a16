/// An operator whose attributes hold graphs: it is given them as plans before anything is inferred.
///
/// Its inputs are the node's own, followed by the values that its graphs capture.
protocol SubgraphOperation: Operation {
    /// The graphs to plan, in the order in which ``bind(_:)`` gets them.
    var graphs: [Graph] { get }

    /// What is known of the inputs of graph `index` (those that it declares, not its captures), given the facts of the
    /// node's own inputs.
    func inputFacts(ofGraph index: Int, _ inputs: [Fact?]) throws(EngineError) -> [Fact]

    /// This operator with its graphs planned.
    func bind(_ bodies: [Body]) throws(EngineError) -> any Operation
}

/// A planned subgraph together with where its captured values are among its node's inputs.
struct Body: Sendable {
    let plan: Plan
    /// Positions among the inputs of the node, one for each capture of the plan.
    let captured: [Int]
}

extension Body {
    /// The facts of the graph's outputs, for facts of its own inputs and those of its node's inputs.
    func infer(_ inputs: [Fact], node: [Fact?]) throws(EngineError) -> [Fact] {
        var facts = inputs
        for position in captured {
            guard position < node.count, let fact = node[position] else {
                throw EngineError(.malformedModel, "a captured value is missing")
            }
            facts.append(fact)
        }
        return try plan.infer(facts)
    }

    /// The graph's outputs, for its own inputs and what it captures from the inputs of `run`.
    func run(_ inputs: [Value], in run: NodeRun) throws(EngineError) -> [Value] {
        var values = inputs
        for position in captured {
            guard let value = run.value(position) else { throw EngineError(.malformedModel, "a captured value is missing") }
            values.append(value)
        }
        return try plan.run(values, cancellation: run.context.cancellation)
    }
}
