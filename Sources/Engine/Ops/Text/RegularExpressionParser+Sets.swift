extension RegularExpressionParser {
    /// Reads `[…]`.
    mutating func bracket() throws(EngineError) -> ScalarSet {
        advance(1)
        var set = ScalarSet()
        set.ignoresCase = ignoresCase
        if current == "^" {
            set.isNegated = true
            advance(1)
        }
        var isFirst = true
        while true {
            guard let scalar = current else { throw error("a missing closing bracket") }
            if scalar == "]", !isFirst {
                advance(1)
                return set
            }
            isFirst = false
            if scalar == "[", next == ":" {
                if let named = try posixClass() {
                    set.insert(named)
                    continue
                }
            }
            if scalar == "\\", let named = try classEscape() {
                set.insert(named)
                continue
            }
            let lower = try bracketScalar()
            var upper = lower
            if current == "-", let after = next, after != "]" {
                advance(1)
                upper = try bracketScalar()
                guard upper.value >= lower.value else { throw error("a range that ends before it begins") }
            }
            set.insert(lower.value...upper.value)
        }
    }

    private mutating func bracketScalar() throws(EngineError) -> Unicode.Scalar {
        guard let scalar = current else { throw error("a missing closing bracket") }
        if scalar == "\\" { return try scalarEscape() }
        advance(1)
        return scalar
    }

    /// Reads `[:name:]`; nil when it is none, so that its bracket is a literal.
    private mutating func posixClass() throws(EngineError) -> ScalarSet? {
        guard let end = index(of: ":]", from: 2) else { return nil }
        var name = text(from: 2, to: end)
        let isNegated = name.hasPrefix("^")
        if isNegated { name.removeFirst() }
        guard let set = ScalarSet.posix(name) else { throw error("an unknown class [:\(name):]") }
        advance(end + 2)
        return isNegated ? set.negated : set
    }

    /// Reads `\d` and its like, `\pN` and `\p{Name}`; nil when the escape stands for a single scalar.
    mutating func classEscape() throws(EngineError) -> ScalarSet? {
        guard let letter = next else { throw error("a backslash at the end") }
        let set: ScalarSet
        switch letter {
        case "d": set = .digit
        case "D": set = .digit.negated
        case "s": set = .space
        case "S": set = .space.negated
        case "w": set = .word
        case "W": set = .word.negated
        case "p", "P": return try category(isNegated: letter == "P")
        default: return nil
        }
        advance(2)
        return set
    }

    private mutating func category(isNegated: Bool) throws(EngineError) -> ScalarSet {
        advance(2)
        guard let first = current else { throw error("a category without a name") }
        var name = String(first)
        var length = 1
        if first == "{" {
            guard let end = index(of: "}", from: 1) else { throw error("a category without a closing brace") }
            name = text(from: 1, to: end)
            length = end + 1
        }
        var isNegated = isNegated
        if name.hasPrefix("^") {
            name.removeFirst()
            isNegated.toggle()
        }
        guard let set = ScalarSet.category(name) else {
            throw EngineError(.unsupported, "the Unicode class '\(name)'")
        }
        advance(length)
        return isNegated ? set.negated : set
    }

    /// Reads an escape that stands for one scalar.
    mutating func scalarEscape() throws(EngineError) -> Unicode.Scalar {
        guard let letter = next else { throw error("a backslash at the end") }
        advance(2)
        switch letter {
        case "a": return "\u{7}"
        case "f": return "\u{C}"
        case "t": return "\t"
        case "n": return "\n"
        case "r": return "\r"
        case "v": return "\u{B}"
        case "x": return try hexadecimal()
        case "0"..."7": return try octal(letter)
        case "C": throw EngineError(.unsupported, "\\C, a single byte")
        default:
            let isWord = ScalarSet.word.contains(letter) && letter != "_"
            guard letter.isASCII, !isWord else { throw error("an unknown escape \\\(letter)") }
            return letter
        }
    }

    private mutating func hexadecimal() throws(EngineError) -> Unicode.Scalar {
        var digits = ""
        if current == "{" {
            guard let end = index(of: "}", from: 1) else { throw error("an escape without a closing brace") }
            digits = text(from: 1, to: end)
            advance(end + 1)
        } else {
            while digits.count < 2, let digit = current {
                digits.unicodeScalars.append(digit)
                advance(1)
            }
            guard digits.count == 2 else { throw error("an escape of fewer than two digits") }
        }
        guard let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) else {
            throw error("an escape that is no character")
        }
        return scalar
    }

    private mutating func octal(_ first: Unicode.Scalar) throws(EngineError) -> Unicode.Scalar {
        var value = first.value - 0x30
        var length = 1
        while length < 3, let digit = current, (0x30...0x37).contains(digit.value) {
            value = value * 8 + digit.value - 0x30
            length += 1
            advance(1)
        }
        // \1 to \7 alone would refer back to a group, which no linear-time matcher can do.
        guard first == "0" || length > 1, let scalar = Unicode.Scalar(value) else {
            throw error("a reference to a group")
        }
        return scalar
    }
}
