internal import Tensors

/// Runs a graph on each element of a sequence; further sequences go along with it, tensors are given to every call.
struct SequenceMap: SubgraphOperation {
    static let entry = OperatorEntry("SequenceMap") { node throws(EngineError) in try SequenceMap(node) }

    let graphs: [Graph]
    private var bodies: [Body] = []

    init(_ node: Node) throws(EngineError) {
        let graph = try node.required("body", node.graph("body"))
        guard graph.inputs.count >= 1, graph.inputs.count <= node.inputs.count else {
            throw node.malformed("its body has \(graph.inputs.count) inputs, it has \(node.inputs.count)")
        }
        graphs = [graph]
    }

    var outputCount: Int { graphs[0].outputs.count }

    func inputFacts(ofGraph index: Int, _ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        var facts: [Fact] = []
        for position in graphs[0].inputs.indices {
            guard position < inputs.count, let fact = inputs[position] else {
                throw EngineError(.malformedModel, "input \(position) is missing")
            }
            if case .sequence(let element) = fact.type {
                facts.append(Fact(type: element))
            } else {
                guard position > 0 else { throw EngineError(.malformedModel, "its first input must be a sequence") }
                facts.append(Fact(type: fact.type, dims: fact.dims))
            }
        }
        return facts
    }

    func bind(_ bodies: [Body]) throws(EngineError) -> any Operation {
        var bound = self
        bound.bodies = bodies
        return bound
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        try bodies[0].infer(inputFacts(ofGraph: 0, inputs), node: inputs).map { Fact(type: .sequence($0.type)) }
    }

    func run(_ run: NodeRun) throws(EngineError) {
        guard case .sequence(let first, _)? = run.value(0) else { throw EngineError(.invalidInput, "its first input is no sequence") }
        var results = [[Value]](repeating: [], count: outputCount)
        for index in first.indices {
            var values: [Value] = []
            for position in graphs[0].inputs.indices {
                guard let value = run.value(position) else { throw EngineError(.invalidInput, "input \(position) is missing") }
                guard case .sequence(let elements, _) = value else {
                    values.append(value)
                    continue
                }
                guard elements.count == first.count else {
                    throw EngineError(.invalidInput, "sequences of \(first.count) and \(elements.count) elements")
                }
                values.append(elements[index])
            }
            for (output, value) in try bodies[0].run(values, in: run).enumerated() { results[output].append(value) }
        }
        for output in 0..<outputCount where run.isWanted(output) {
            guard case .sequence(let element) = run.outputFacts[output].type else { continue }
            run.publish(.sequence(results[output], element: element), as: output)
        }
    }

    var takesOnlyTensors: Bool { false }
}
