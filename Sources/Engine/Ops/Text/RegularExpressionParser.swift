/// Reads the syntax of RE2.
struct RegularExpressionParser {
    /// Groups within groups; more are refused.
    static let maximumDepth = 200
    /// The largest count in braces.
    static let maximumCount = 1000

    private struct Flags {
        var ignoresCase = false
        var isMultiline = false
        var dotTakesNewline = false
    }

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var flags = Flags()
    private var depth = 0

    init(_ pattern: String) { scalars = Array(pattern.unicodeScalars) }

    /// The scalar to be read next.
    var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }
    /// The one after it.
    var next: Unicode.Scalar? { position + 1 < scalars.count ? scalars[position + 1] : nil }
    var ignoresCase: Bool { flags.ignoresCase }

    mutating func advance(_ count: Int) { position += count }

    /// How far ahead, but no nearer than `offset`, `mark` begins.
    func index(of mark: String, from offset: Int) -> Int? {
        let wanted = Array(mark.unicodeScalars)
        var start = position + offset
        while start + wanted.count <= scalars.count {
            if scalars[start..<start + wanted.count].elementsEqual(wanted) { return start - position }
            start += 1
        }
        return nil
    }

    func text(from start: Int, to end: Int) -> String {
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars[position + start..<position + end])
        return text
    }

    func error(_ message: String) -> EngineError {
        EngineError(.malformedModel, "\(message) at character \(position)")
    }

    mutating func parse() throws(EngineError) -> RegularExpressionSyntax {
        let syntax = try choice()
        guard position == scalars.count else { throw error("a closing parenthesis without an opening one") }
        return syntax
    }

    private mutating func choice() throws(EngineError) -> RegularExpressionSyntax {
        var options = [try sequence()]
        while current == "|" {
            position += 1
            options.append(try sequence())
        }
        return options.count == 1 ? options[0] : .choice(options)
    }

    private mutating func sequence() throws(EngineError) -> RegularExpressionSyntax {
        var parts: [RegularExpressionSyntax] = []
        while let scalar = current, scalar != "|", scalar != ")" {
            if scalar == "\\", position + 1 < scalars.count, scalars[position + 1] == "Q" {
                position += 2
                try quoted(into: &parts)
                continue
            }
            let part = try atom()
            parts.append(try repetition(of: part))
        }
        return .sequence(parts)
    }

    /// Literal text up to `\E` or the end; what repeats after it repeats its last scalar.
    private mutating func quoted(into parts: inout [RegularExpressionSyntax]) throws(EngineError) {
        while position < scalars.count {
            if scalars[position] == "\\", position + 1 < scalars.count, scalars[position + 1] == "E" {
                position += 2
                if let last = parts.popLast() { parts.append(try repetition(of: last)) }
                return
            }
            parts.append(literal(scalars[position]))
            position += 1
        }
    }

    private func literal(_ scalar: Unicode.Scalar) -> RegularExpressionSyntax {
        var set = ScalarSet(scalar)
        set.ignoresCase = flags.ignoresCase
        return .set(set)
    }

    private mutating func repetition(of part: RegularExpressionSyntax) throws(EngineError) -> RegularExpressionSyntax {
        guard let bounds = try bounds() else { return part }
        // Greedy or not is the same when all of the text has to match.
        if current == "?" { position += 1 }
        let start = position
        if try self.bounds() != nil {
            position = start
            throw error("a repetition of a repetition")
        }
        return .repeated(part, from: bounds.lower, upTo: bounds.upper)
    }

    private mutating func bounds() throws(EngineError) -> (lower: Int, upper: Int?)? {
        switch current {
        case "*":
            position += 1
            return (0, nil)
        case "+":
            position += 1
            return (1, nil)
        case "?":
            position += 1
            return (0, 1)
        case "{":
            let start = position
            position += 1
            if let lower = number() {
                if current == "}" {
                    position += 1
                    return try checked(lower, lower)
                }
                if current == "," {
                    position += 1
                    let upper = number()
                    if current == "}" {
                        position += 1
                        return try checked(lower, upper)
                    }
                }
            }
            // Anything else is a literal brace.
            position = start
            return nil
        default: return nil
        }
    }

    private func checked(_ lower: Int, _ upper: Int?) throws(EngineError) -> (lower: Int, upper: Int?) {
        guard lower <= Self.maximumCount, upper ?? lower <= Self.maximumCount, upper ?? lower >= lower else {
            throw error("a repetition out of range")
        }
        return (lower, upper)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let digit = current, (0x30...0x39).contains(digit.value) {
            value = min((value ?? 0) * 10 + Int(digit.value - 0x30), Self.maximumCount + 1)
            position += 1
        }
        return value
    }

    private mutating func atom() throws(EngineError) -> RegularExpressionSyntax {
        let scalar = scalars[position]
        switch scalar {
        case "*", "+", "?": throw error("nothing to repeat")
        case "(": return try group()
        case "[": return .set(try bracket())
        case ".":
            position += 1
            return .set(flags.dotTakesNewline ? .any : ScalarSet("\n").negated)
        case "^":
            position += 1
            return .require(flags.isMultiline ? .lineStart : .textStart)
        case "$":
            position += 1
            return .require(flags.isMultiline ? .lineEnd : .textEnd)
        case "\\":
            guard position + 1 < scalars.count else { throw error("a backslash at the end") }
            if let assertion = Self.assertion(scalars[position + 1]) {
                position += 2
                return .require(assertion)
            }
            if var set = try classEscape() {
                set.ignoresCase = flags.ignoresCase
                return .set(set)
            }
            return literal(try scalarEscape())
        default:
            position += 1
            return literal(scalar)
        }
    }

    private static func assertion(_ scalar: Unicode.Scalar) -> RegularExpression.Assertion? {
        switch scalar {
        case "A": .textStart
        case "z": .textEnd
        case "b": .wordBoundary
        case "B": .noWordBoundary
        default: nil
        }
    }

    private mutating func group() throws(EngineError) -> RegularExpressionSyntax {
        let saved = flags
        position += 1
        if current == "?" {
            position += 1
            if try !groupHead() { return .empty }
        }
        depth += 1
        guard depth <= Self.maximumDepth else { throw error("more than \(Self.maximumDepth) groups within groups") }
        let syntax = try choice()
        guard current == ")" else { throw error("a missing closing parenthesis") }
        position += 1
        depth -= 1
        flags = saved
        return syntax
    }

    /// Reads what follows `(?`; false when that was flags for the rest of the enclosing group.
    private mutating func groupHead() throws(EngineError) -> Bool {
        if current == "P" || current == "<" {
            if current == "P" { position += 1 }
            guard current == "<" else { throw error("an unknown kind of group") }
            position += 1
            let start = position
            while let scalar = current, ScalarSet.word.contains(scalar) { position += 1 }
            guard position > start, current == ">" else { throw error("a group without a proper name") }
            position += 1
            return true
        }
        var value = true
        while let scalar = current {
            position += 1
            switch scalar {
            case "i": flags.ignoresCase = value
            case "m": flags.isMultiline = value
            case "s": flags.dotTakesNewline = value
            case "U": break
            case "-" where value: value = false
            case ":": return true
            case ")": return false
            default: throw error("an unknown kind of group")
            }
        }
        throw error("a missing closing parenthesis")
    }
}
