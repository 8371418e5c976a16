internal import Tensors

/// The element of a sequence at a position.
struct SequenceAt: Operation {
    static let entry = OperatorEntry("SequenceAt") { _ throws(EngineError) in SequenceAt() }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        _ = try inputs.fact(1)
        try inputs.checkPosition(1)
        return [Fact(type: try inputs.sequenceElement(0))]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let (elements, _) = try run.sequence(0)
        guard let position = try run.position(1, bound: elements.count) else {
            throw EngineError(.invalidInput, "the position is missing")
        }
        run.publish(elements[position], as: 0)
    }

    var takesOnlyTensors: Bool { false }
}
