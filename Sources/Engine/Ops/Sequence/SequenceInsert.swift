internal import Tensors

/// A sequence with one tensor more, at a position or at the end.
struct SequenceInsert: Operation {
    static let entry = OperatorEntry("SequenceInsert") { _ throws(EngineError) in SequenceInsert() }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let element = try inputs.sequenceElement(0)
        guard try inputs.fact(1).type == element else {
            throw EngineError(.malformedModel, "\(try inputs.fact(1).type) into a sequence of \(element)")
        }
        try inputs.checkPosition(2)
        return [Fact(type: .sequence(element))]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        var (elements, type) = try run.sequence(0)
        guard let value = run.value(1) else { throw EngineError(.invalidInput, "there is nothing to put in") }
        elements.insert(value, at: try place(run, count: elements.count))
        run.publish(.sequence(elements, element: type), as: 0)
    }

    /// Positions run from the first element to behind the last; a negative one counts back from the last.
    private func place(_ run: NodeRun, count: Int) throws(EngineError) -> Int {
        guard let tensor = run.optionalTensor(2), tensor.count == 1 else { return count }
        let given = tensor.dataType == .int32 ? Int(tensor.pointer(as: Int32.self)[0]) : Int(tensor.pointer(as: Int64.self)[0])
        let position = given < 0 ? given &+ count : given
        guard position >= 0, position <= count else {
            throw EngineError(.invalidInput, "position \(given) in a sequence of \(count)")
        }
        return position
    }

    var takesOnlyTensors: Bool { false }
}
