internal import Tensors

/// A sequence without the element at a position, or without the last.
struct SequenceErase: Operation {
    static let entry = OperatorEntry("SequenceErase") { _ throws(EngineError) in SequenceErase() }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        try inputs.checkPosition(1)
        return [Fact(type: .sequence(try inputs.sequenceElement(0)))]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        var (elements, type) = try run.sequence(0)
        guard !elements.isEmpty else { throw EngineError(.invalidInput, "the sequence is empty") }
        elements.remove(at: try run.position(1, bound: elements.count) ?? elements.count - 1)
        run.publish(.sequence(elements, element: type), as: 0)
    }

    var takesOnlyTensors: Bool { false }
}
