internal import Tensors

/// One graph, ready to run any number of times on any number of threads.
final class Plan: Sendable {
    let network: Network
    let options: LoadOptions
    /// The values given to a run: the graph's inputs, then its captures.
    let entrances: [Int]

    init(_ network: Network, options: LoadOptions) {
        self.network = network
        self.options = options
        self.entrances = network.inputs + network.captures.map(\.value)
    }

    /// The facts of the outputs for inputs of these facts.
    func infer(_ inputs: [Fact]) throws(EngineError) -> [Fact] {
        var facts = network.values.map(\.fact)
        for (value, fact) in zip(entrances, inputs) { facts[value] = fact }
        for step in network.steps {
            let wanted = step.outputs.map { $0 != nil }
            let results = try step.operation.infer(step.inputs.map { $0.map { facts[$0] } }, wanted: wanted, place: step.node.place)
            for (output, fact) in zip(step.outputs, results) {
                if let output { facts[output] = fact }
            }
        }
        return network.outputs.map { facts[$0] }
    }

    func run(_ inputs: [Value], cancellation: Cancellation? = nil) throws(EngineError) -> [Value] {
        var values: [Value?] = network.values.map { $0.fact.value.map(Value.tensor) }
        for (value, input) in zip(entrances, inputs) { values[value] = input }
        for step in network.steps {
            if let cancellation, cancellation.isCancelled { throw EngineError(.cancelled, "the run was abandoned") }
            let results = try Evaluation.run(
                step.operation, inputs: step.inputs.map { $0.flatMap { values[$0] } }, wanted: step.outputs.map { $0 != nil },
                place: step.node.place, cancellation: cancellation)
            for (output, result) in zip(step.outputs, results) {
                if let output { values[output] = result }
            }
        }
        var outputs: [Value] = []
        for output in network.outputs {
            guard let value = values[output] else {
                throw EngineError(.malformedModel, "nothing made it", place: "output '\(network.values[output].name)'")
            }
            outputs.append(value)
        }
        return outputs
    }
}
