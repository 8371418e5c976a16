internal import Tensors

/// Gives its input, of any type, another name.
struct Identity: Operation {
    static let entry = OperatorEntry("Identity") { _ throws(EngineError) in Identity() }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        guard let input = inputs.first, let input else { throw EngineError(.malformedModel, "its input is missing") }
        return [input]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        if let value = run.value(0) { run.publish(value, as: 0) }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [inputs.first ?? .absent] }

    var aliasedInput: Int? { 0 }

    var takesOnlyTensors: Bool { false }
}
