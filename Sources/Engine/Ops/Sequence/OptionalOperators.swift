internal import Tensors

/// Wraps a value, or makes an empty optional of the type that an attribute gives.
struct OptionalConstruct: Operation {
    static let entry = OperatorEntry("Optional") { node throws(EngineError) in try OptionalConstruct(node) }

    private let declared: ValueType?

    init(_ node: Node) throws(EngineError) {
        switch node.attributes["type"] {
        case nil: declared = nil
        case .type(let type, _)?: declared = type
        default: throw node.malformed("attribute 'type' must be a type")
        }
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        guard let type = inputs.first??.type ?? declared else {
            throw EngineError(.malformedModel, "neither a value nor a type is given")
        }
        return [Fact(type: .optional(type))]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        if let value = run.value(0) {
            run.publish(value, as: 0)
        } else {
            run.publish(.none(run.outputFacts[0].type), as: 0)
        }
    }

    var takesOnlyTensors: Bool { false }
}

/// What is in an optional; anything else is given as it is.
struct OptionalGetElement: Operation {
    static let entry = OperatorEntry("OptionalGetElement") { _ throws(EngineError) in OptionalGetElement() }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let fact = try inputs.fact(0)
        if case .optional(let wrapped) = fact.type { return [Fact(type: wrapped)] }
        return [fact]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        guard let value = run.value(0) else { throw EngineError(.invalidInput, "its input is missing") }
        if case .none = value { throw EngineError(.invalidInput, "the optional is empty") }
        run.publish(value, as: 0)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [inputs.first ?? .absent] }

    var takesOnlyTensors: Bool { false }
}

/// Whether an optional holds anything, as a bool scalar.
struct OptionalHasElement: Operation {
    static let entry = OperatorEntry("OptionalHasElement") { _ throws(EngineError) in OptionalHasElement() }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] { [Fact(.bool, [])] }

    func run(_ run: NodeRun) throws(EngineError) {
        var holds = false
        if let value = run.value(0) {
            holds = true
            if case .none = value { holds = false }
        }
        run.output(0).mutablePointer(as: UInt8.self)[0] = holds ? 1 : 0
    }

    var takesOnlyTensors: Bool { false }
}
