import Tensors

/// Drops stop words from a list of strings and changes the case of the rest.
struct StringNormalizer: Operation {
    private let action: StringCase
    private let isCaseSensitive: Bool
    /// As they are compared: folded unless case matters.
    private let stopWords: Set<ByteString>

    static let entries = [OperatorEntry("StringNormalizer", make: StringNormalizer.init(node:))]

    init(node: Node) throws(EngineError) {
        let name = try node.string("case_change_action", default: "NONE")
        guard let action = StringCase(rawValue: name) else {
            throw node.malformed("case_change_action '\(name)' is not known")
        }
        self.action = action
        isCaseSensitive = try node.bool("is_case_sensitive", default: false)
        let words = try node.strings("stopwords") ?? []
        stopWords = Set(isCaseSensitive ? words : words.map { StringCase.lower.apply($0) })
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        guard data.dataType == .string else { throw EngineError(.malformedModel, "the input must be strings, not \(data.type)") }
        guard let dims = data.dims else { return [Fact(.string, nil)] }
        switch dims.count {
        case 1: return [Fact(.string, [.unknown])]
        case 2:
            if let rows = dims[0].value, rows != 1 {
                throw EngineError(.invalidInput, "\(rows) rows, expected a list or one row")
            }
            return [Fact(.string, [1, .unknown])]
        default: throw EngineError(.invalidInput, "rank \(dims.count), expected a list or one row")
        }
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        var kept: [ByteString] = []
        for text in source.strings {
            let compared = isCaseSensitive || stopWords.isEmpty ? text : StringCase.lower.apply(text)
            if !stopWords.contains(compared) { kept.append(action.apply(text)) }
        }
        // There is always something: one empty string when nothing is left.
        if kept.isEmpty { kept = [""] }
        let shape = source.shape.rank == 1 ? Shape([kept.count]) : Shape([1, kept.count])
        run.allocate(0, dataType: .string, shape: shape).setStrings(kept)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        guard case .axis(let axis) = RowAxis.of(inputs, 0) else { return [RowAxis.of(inputs, 0)] }
        if stopWords.isEmpty, facts.first??.rank == 1 { return [.axis(axis)] }
        return [.mixed("it drops stop words across all rows")]
    }
}
