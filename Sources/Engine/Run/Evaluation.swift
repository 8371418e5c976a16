internal import Tensors

/// Runs single operators outside any memory plan: constants while a model is loaded, and whatever has shapes that only
/// running can tell.
enum Evaluation {
    /// The outputs of `operation`, nil where nobody wants one.
    static func run(
        _ operation: any Operation, inputs: [Value?], wanted: [Bool], place: String, limitBytes: Int, cancellation: Cancellation? = nil
    ) throws(EngineError) -> [Value?] {
        let facts = inputs.map { $0?.fact }
        let outputFacts: [Fact]
        do { outputFacts = try operation.infer(facts, wanted: wanted, limitBytes: limitBytes) } catch { throw error.at(place) }
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
    /// ``infer(_:)``, with at least as many facts as there are outputs, and no output of more than `limitBytes`.
    func infer(_ inputs: [Fact?], wanted: [Bool], limitBytes: Int) throws(EngineError) -> [Fact] {
        if takesOnlyTensors {
            for (index, input) in inputs.enumerated() {
                guard let input, input.dataType == nil else { continue }
                throw EngineError(.malformedModel, "input \(index) must be a tensor, it is \(input.type)")
            }
        }
        let facts = try infer(inputs)
        guard facts.count >= wanted.count else {
            throw EngineError(.malformedModel, "\(wanted.count) outputs, but the operator makes \(facts.count)")
        }
        for fact in facts {
            guard let dims = fact.dims, dims.allSatisfy({ $0.value != nil }) else { continue }
            // Every extent known, yet no shape: the product is out of range. A string takes at least its own header.
            let width = max(fact.dataType?.byteWidth ?? 0, fact.dataType == .string ? 8 : 1)
            guard let shape = fact.shape, shape.count <= limitBytes / width else {
                let extents = dims.map(\.description).joined(separator: ",")
                throw EngineError(
                    .resourceExhausted, "it makes a tensor of shape [\(extents)], more than the limit of \(limitBytes) bytes")
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
