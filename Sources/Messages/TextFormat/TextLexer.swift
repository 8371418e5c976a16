/// Cuts a text-format file into words, numbers, strings and marks.
struct TextLexer {
    enum Token: Equatable {
        /// A name, or a word such as `true` or `inf`.
        case word(String)
        /// Begins with a digit or a dot; the sign stands apart.
        case number(String)
        /// A quoted string, with its escapes resolved; not necessarily UTF-8.
        case string([UInt8])
        /// One of `{ } < > [ ] : , ; -` or a byte that begins nothing else.
        case mark(UInt8)
        case end
    }

    private let text: UnsafeRawBufferPointer
    private var position = 0

    /// Where the token last taken begins.
    private(set) var start = 0

    init(_ text: UnsafeRawBufferPointer) {
        self.text = text
    }

    /// Takes the next token.
    mutating func next() throws(MessageError) -> Token {
        skipBlanks()
        start = position
        guard let byte = peek() else { return .end }
        if Self.isWordStart(byte) {
            return .word(take { Self.isWordStart($0) || Self.isDigit($0) })
        }
        if Self.isDigit(byte) || byte == UInt8(ascii: ".") { return .number(number()) }
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { return .string(try string(quote: byte)) }
        position += 1
        return .mark(byte)
    }

    private func peek(_ ahead: Int = 0) -> UInt8? {
        position + ahead < text.count ? text[position + ahead] : nil
    }

    private mutating func skipBlanks() {
        while let byte = peek() {
            if byte == UInt8(ascii: "#") {
                while let byte = peek(), byte != UInt8(ascii: "\n") { position += 1 }
            } else if byte == UInt8(ascii: " ") || (9...13).contains(byte) {
                position += 1
            } else {
                return
            }
        }
    }

    private mutating func take(while belongs: (UInt8) -> Bool) -> String {
        let first = position
        while let byte = peek(), belongs(byte) { position += 1 }
        return String(decoding: text[first..<position], as: UTF8.self)
    }

    private mutating func number() -> String {
        let first = position
        let isHexadecimal = peek() == UInt8(ascii: "0") && peek(1).map { $0 | 0x20 } == UInt8(ascii: "x")
        while let byte = peek() {
            let isSign = byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
            if isSign {
                guard !isHexadecimal, position > first, text[position - 1] | 0x20 == UInt8(ascii: "e") else { break }
            } else if !Self.isWordStart(byte), !Self.isDigit(byte), byte != UInt8(ascii: ".") {
                break
            }
            position += 1
        }
        return String(decoding: text[first..<position], as: UTF8.self)
    }

    private mutating func string(quote: UInt8) throws(MessageError) -> [UInt8] {
        var bytes: [UInt8] = []
        position += 1
        while let byte = peek() {
            position += 1
            switch byte {
            case quote: return bytes
            case UInt8(ascii: "\n"): throw error("a string goes on past the end of its line")
            case UInt8(ascii: "\\"): try escape(into: &bytes)
            default: bytes.append(byte)
            }
        }
        throw error("a string has no end")
    }

    private mutating func escape(into bytes: inout [UInt8]) throws(MessageError) {
        guard let byte = peek() else { throw error("a string has no end") }
        position += 1
        switch byte {
        case UInt8(ascii: "a"): bytes.append(7)
        case UInt8(ascii: "b"): bytes.append(8)
        case UInt8(ascii: "f"): bytes.append(12)
        case UInt8(ascii: "n"): bytes.append(10)
        case UInt8(ascii: "r"): bytes.append(13)
        case UInt8(ascii: "t"): bytes.append(9)
        case UInt8(ascii: "v"): bytes.append(11)
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "?"): bytes.append(byte)
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            position -= 1
            let value = digits(base: 8, atMost: 3)
            guard value < 256 else { throw error("an octal escape is larger than a byte") }
            bytes.append(UInt8(value))
        case UInt8(ascii: "x"), UInt8(ascii: "X"):
            guard let digit = peek(), Self.value(of: digit) < 16 else { throw error("\\x needs a hexadecimal digit") }
            bytes.append(UInt8(digits(base: 16, atMost: 2)))
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
            let length = byte == UInt8(ascii: "u") ? 4 : 8
            let first = position
            let value = digits(base: 16, atMost: length)
            guard position - first == length, let scalar = Unicode.Scalar(value) else {
                throw error("\\\(byte == UInt8(ascii: "u") ? "u" : "U") needs the \(length) digits of a character")
            }
            bytes.append(contentsOf: String(Character(scalar)).utf8)
        default:
            throw error("a string has an unknown escape \\\(String(Unicode.Scalar(byte)))")
        }
    }

    /// The number that up to `atMost` digits make.
    private mutating func digits(base: UInt32, atMost: Int) -> UInt32 {
        var value: UInt32 = 0
        var count = 0
        while count < atMost, let byte = peek(), Self.value(of: byte) < base {
            value = value &* base &+ Self.value(of: byte)
            position += 1
            count += 1
        }
        return value
    }

    private static func value(of digit: UInt8) -> UInt32 {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(digit - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(digit - UInt8(ascii: "A") + 10)
        default: .max
        }
    }

    private static func isWordStart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: false
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// Line and column of an offset. O(offset): only asked for errors and places.
    func place(at offset: Int) -> MessageError.Place {
        var line = 1
        var lineStart = 0
        for position in 0..<min(offset, text.count) where text[position] == UInt8(ascii: "\n") {
            line += 1
            lineStart = position + 1
        }
        return .text(line: line, column: offset - lineStart + 1)
    }

    /// An error at the token last taken.
    func error(_ message: String, _ code: MessageError.Code = .syntax) -> MessageError {
        MessageError(code, message, at: place(at: start))
    }
}
