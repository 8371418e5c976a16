/// Cuts a condition into words. No word is longer than the text, and the text is bounded.
struct ExpressionLexer {
    enum Token: Hashable {
        case number(Double)
        case text(String)
        case name(String)
        case sign(String)
        case end
    }

    private let bytes: [UInt8]
    private var position = 0
    /// Where the latest token began, counted from 1.
    private(set) var column = 1

    init(_ text: String) { bytes = Array(text.utf8) }

    private static let signs = ["<=", ">=", "==", "!=", "&&", "||", "<", ">", "!", "+", "-", "*", "/", "(", ")", ",", "[", "]"].map {
        Array($0.utf8)
    }

    /// The next token; nil when there is a letter that begins none.
    mutating func next() -> Token? {
        while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 || bytes[position] == 0x0A { position += 1 }
        column = position + 1
        guard position < bytes.count else { return .end }
        let first = bytes[position]
        if Self.isDigit(first) || (first == UInt8(ascii: ".") && position + 1 < bytes.count && Self.isDigit(bytes[position + 1])) {
            return number()
        }
        if Self.isLetter(first) {
            let start = position
            while position < bytes.count,
                Self.isLetter(bytes[position]) || Self.isDigit(bytes[position]) || bytes[position] == UInt8(ascii: ".")
            {
                position += 1
            }
            return .name(String(decoding: bytes[start..<position], as: UTF8.self))
        }
        if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") { return quoted(first).map(Token.text) }
        // Names of tensors that would not be names otherwise.
        if first == UInt8(ascii: "`") { return quoted(first).map(Token.name) }
        for sign in Self.signs where bytes[position...].starts(with: sign) {
            position += sign.count
            return .sign(String(decoding: sign, as: UTF8.self))
        }
        return nil
    }

    private mutating func number() -> Token? {
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            let isExponentSign =
                (byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")) && (bytes[position - 1] | 0x20) == UInt8(ascii: "e")
            guard
                Self.isDigit(byte) || byte == UInt8(ascii: ".") || (byte | 0x20) == UInt8(ascii: "e")
                    || (isExponentSign && position > start)
            else {
                break
            }
            position += 1
        }
        guard let value = Double(String(decoding: bytes[start..<position], as: UTF8.self)), value.isFinite else { return nil }
        return .number(value)
    }

    private mutating func quoted(_ mark: UInt8) -> String? {
        guard let end = bytes[(position + 1)...].firstIndex(of: mark) else { return nil }
        defer { position = end + 1 }
        return String(decoding: bytes[(position + 1)..<end], as: UTF8.self)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")) || byte == UInt8(ascii: "_") || byte >= 0x80
    }
}
