import Tensors

/// Tells for each string whether a regular expression matches all of it.
struct RegexFullMatch: Operation {
    private let expression: RegularExpression

    static let entries = [OperatorEntry("RegexFullMatch", make: RegexFullMatch.init(node:))]

    init(node: Node) throws(EngineError) {
        let pattern = try node.required("pattern", node.string("pattern"))
        do {
            expression = try RegularExpression(pattern)
        } catch {
            throw EngineError(error.code, "pattern '\(pattern)': \(error.message)", place: node.place)
        }
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        guard data.dataType == .string else { throw EngineError(.malformedModel, "the input must be strings, not \(data.type)") }
        return [Fact(.bool, data.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let target = run.output(0).mutablePointer(as: Bool.self)
        for (index, text) in source.strings.enumerated() { target[index] = expression.matchesAll(of: text) }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [RowAxis.of(inputs, 0)] }
}
