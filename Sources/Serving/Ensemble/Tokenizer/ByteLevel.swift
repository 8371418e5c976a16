/// Texts as GPT-2 and those after it cut them before bytes are paired: words with the blank before them, numbers, runs of other signs.
enum ByteLevel {
    private enum Kind {
        case letter
        case number
        case blank
        case other
    }

    /// The pieces of a text, which together are the text: what the pattern
    /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+` finds.
    static func pieces(of text: Substring) -> [Substring] {
        let scalars = text.unicodeScalars
        var pieces: [Substring] = []
        var place = scalars.startIndex
        while place < scalars.endIndex {
            let end = end(of: scalars, from: place)
            pieces.append(text[place..<end])
            place = end
        }
        return pieces
    }

    private static func end(of scalars: Substring.UnicodeScalarView, from place: Substring.Index) -> Substring.Index {
        if scalars[place] == "'", let end = contraction(scalars, place) { return end }
        var first = place
        if scalars[place] == " " {
            let next = scalars.index(after: place)
            if next < scalars.endIndex, kind(scalars[next]) != .blank { first = next }
        }
        let wanted = kind(scalars[first])
        var end = first
        var last = first
        while end < scalars.endIndex, kind(scalars[end]) == wanted {
            last = end
            end = scalars.index(after: end)
        }
        // The last of several blanks belongs to the word behind it.
        if wanted == .blank, end < scalars.endIndex, last > place { return last }
        return end
    }

    private static func contraction(_ scalars: Substring.UnicodeScalarView, _ place: Substring.Index) -> Substring.Index? {
        let rest = scalars[place...].dropFirst()
        guard let first = rest.first else { return nil }
        switch first {
        case "s", "t", "m", "d": return scalars.index(place, offsetBy: 2)
        case "r", "v", "l":
            guard let second = rest.dropFirst().first, second == (first == "l" ? "l" : "e") else { return nil }
            return scalars.index(place, offsetBy: 3)
        default: return nil
        }
    }

    private static func kind(_ scalar: Unicode.Scalar) -> Kind {
        if scalar.value < 0x80 {
            switch scalar.value {
            case 0x41...0x5A, 0x61...0x7A: return .letter
            case 0x30...0x39: return .number
            case 0x09...0x0D, 0x20: return .blank
            default: return .other
            }
        }
        if scalar.properties.isWhitespace { return .blank }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return .letter
        case .decimalNumber, .letterNumber, .otherNumber: return .number
        default: return .other
        }
    }

    /// The sign that vocabularies write for each byte.
    static let signs: [Unicode.Scalar] = {
        var next: UInt32 = 256
        return (0..<256).map { byte in
            switch byte {
            case 33...126, 161...172, 174...255: return Unicode.Scalar(UInt8(byte))
            default:
                defer { next += 1 }
                return Unicode.Scalar(next) ?? " "
            }
        }
    }()
}
