import Tensors

/// Cuts strings into tokens along a new last axis: what an expression matches, what lies between separators, or characters.
struct Tokenizer: Operation {
    private enum Rule {
        case characters
        case matches(RegularExpression)
        case separators([RegularExpression])
    }

    private let rule: Rule
    private let padding: ByteString
    /// Tokens of fewer characters are dropped.
    private let shortest: Int
    /// A token of its own marks the beginning and the end of each string.
    private let hasMarks: Bool

    static let entries = [OperatorEntry("Tokenizer", domain: "com.microsoft", make: Tokenizer.init(node:))]

    init(node: Node) throws(EngineError) {
        hasMarks = try node.bool("mark", default: false)
        padding = ByteString(try node.string("pad_value", default: "#"))
        shortest = try node.int("mincharnum", default: 1)
        let separators = try node.strings("separators") ?? []
        if let pattern = try node.string("tokenexp") {
            guard separators.isEmpty else { throw node.malformed("separators and tokenexp are both given") }
            rule = .matches(try RegularExpression(pattern))
        } else if separators.count == 1, separators[0].bytes.isEmpty {
            rule = .characters
        } else {
            guard !separators.isEmpty else { throw node.malformed("one of separators and tokenexp must be given") }
            var expressions: [RegularExpression] = []
            for separator in separators {
                guard !separator.bytes.isEmpty else { throw node.malformed("an empty separator beside others") }
                expressions.append(try RegularExpression(separator.string))
            }
            rule = .separators(expressions)
        }
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        guard data.dataType == .string else { throw EngineError(.malformedModel, "the input must be strings, not \(data.type)") }
        if let rank = data.rank, rank < 1 || rank > 2 {
            throw EngineError(.invalidInput, "strings of rank \(rank), expected 1 or 2")
        }
        return [Fact(.string, data.dims.map { $0 + [.unknown] })]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let tokens = source.strings.map { self.tokens(of: $0) }
        let most = tokens.reduce(0) { max($0, $1.count) }
        // Marks alone are nothing.
        let width = most == 0 ? 0 : most + (hasMarks ? 2 : 0)
        guard let shape = Shape(checking: source.shape.dims + [width]) else {
            throw EngineError(.resourceExhausted, "\(source.shape) lists of \(width) tokens do not fit an address space")
        }
        var texts: [ByteString] = []
        texts.reserveCapacity(shape.count)
        for list in tokens where width > 0 {
            if hasMarks { texts.append(ByteString(bytes: [2])) }
            texts += list
            for _ in list.count..<most { texts.append(padding) }
            if hasMarks { texts.append(ByteString(bytes: [3])) }
        }
        run.allocate(0, dataType: .string, shape: shape).setStrings(texts)
    }

    private func tokens(of text: ByteString) -> [ByteString] {
        let scalars = Array(text.string.unicodeScalars)
        var ranges: [Range<Int>] = []
        switch rule {
        case .characters: return scalars.map { ByteString(String($0)) }
        case .matches(let expression): ranges = Self.matches(of: expression, in: scalars, within: 0..<scalars.count)
        case .separators(let separators):
            // What the first separator leaves is cut by the second, and so on.
            ranges = [0..<scalars.count]
            for separator in separators {
                ranges = ranges.flatMap { part in
                    var start = part.lowerBound
                    var parts: [Range<Int>] = []
                    for match in Self.matches(of: separator, in: scalars, within: part) {
                        parts.append(start..<match.lowerBound)
                        start = match.upperBound
                    }
                    return parts + [start..<part.upperBound]
                }
            }
        }
        return ranges.filter { !$0.isEmpty && $0.count >= shortest }.map { range in
            var token = ""
            token.unicodeScalars.append(contentsOf: scalars[range])
            return ByteString(token)
        }
    }

    /// The matches that are not empty, each behind the one before.
    private static func matches(
        of expression: RegularExpression, in scalars: [Unicode.Scalar], within part: Range<Int>
    ) -> [Range<Int>] {
        let text = part.count == scalars.count ? scalars : Array(scalars[part])
        var found: [Range<Int>] = []
        var start = 0
        while start < text.count, let match = expression.longestMatch(in: text, from: start) {
            if match.isEmpty {
                start = match.upperBound + 1
            } else {
                found.append(match.lowerBound + part.lowerBound..<match.upperBound + part.lowerBound)
                start = match.upperBound
            }
        }
        return found
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if case .axis = RowAxis.of(inputs, 0) { return [.mixed("the longest list of the batch sets the extent for all rows")] }
        return [RowAxis.of(inputs, 0)]
    }
}
