internal import Tensors

/// Runs single operators outside any memory plan: constants while a model is loaded, and whatever has shapes that only
/// running can tell.
enum Evaluation {
    /// The outputs of `operation`, nil where nobody wants one.
    static func run(
        _ operation: any Operation, inputs: [Value?], wanted: [Bool], place: String, cancellation: Cancellation? = nil
    ) throws(EngineError) -> [Value?] {
        let facts = inputs.map { $0?.fact }
        let outputFacts = try operation.infer(facts, wanted: wanted, place: place)
        let context = RunContext()
        context.cancellation = cancellation
        let run = NodeRun(
            operation: operation, inputs: inputs, outputFacts: outputFacts, wanted: wanted,
            planned: [Tensor?](repeating: nil, count: wanted.count), context: context)
        do { try operation.run(run) } catch { throw error.at(place) }
        for (index, isWanted) in wanted.enumerated() where isWanted && run.outputs[index] == nil {
            throw EngineError(.unsupported, "the operator left output \(index) out", place: place)
        }
        return run.outputs
    }
}

extension Operation {
    /// ``infer(_:)``, with errors that name the node and at least as many facts as there are outputs.
    func infer(_ inputs: [Fact?], wanted: [Bool], place: String) throws(EngineError) -> [Fact] {
        let facts: [Fact]
        do { facts = try infer(inputs) } catch { throw error.at(place) }
        guard facts.count >= wanted.count else {
            throw EngineError(.malformedModel, "\(wanted.count) outputs, but the operator makes \(facts.count)", place: place)
        }
        for fact in facts {
            // Every extent known, yet no shape: the product is out of range.
            if let dims = fact.dims, fact.shape == nil, dims.allSatisfy({ $0.value != nil }) {
                throw EngineError(.resourceExhausted, "it makes a tensor of the impossible shape \(dims)", place: place)
            }
        }
        return facts
    }
}

extension EngineError {
    /// The same error with a place, unless it has one already.
    func at(_ place: String) -> EngineError {
        var error = self
        if error.place == nil { error.place = place }
        return error
    }
}
