internal import Tensors

/// A sequence of the given tensors.
struct SequenceConstruct: Operation {
    static let entry = OperatorEntry("SequenceConstruct") { _ throws(EngineError) in SequenceConstruct() }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let type = try inputs.fact(0).type
        for (index, fact) in inputs.enumerated() where fact?.type != type {
            throw EngineError(.malformedModel, "input \(index) is \(fact?.type.description ?? "missing"), input 0 is \(type)")
        }
        return [Fact(type: .sequence(type))]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let elements = (0..<run.inputCount).compactMap { run.value($0) }
        guard let first = elements.first else { throw EngineError(.invalidInput, "there is nothing to put in") }
        run.publish(.sequence(elements, element: first.type), as: 0)
    }

    var takesOnlyTensors: Bool { false }
}
