internal import Tensors

/// The number of elements of a sequence, as an int64 scalar.
struct SequenceLength: Operation {
    static let entry = OperatorEntry("SequenceLength") { _ throws(EngineError) in SequenceLength() }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        _ = try inputs.sequenceElement(0)
        return [Fact(.int64, [])]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let count = try run.sequence(0).elements.count
        run.output(0).mutablePointer(as: Int64.self)[0] = Int64(count)
    }

    var takesOnlyTensors: Bool { false }
}
