extension JSONReader {
    /// A string, its escapes resolved.
    public mutating func string() throws(JSONError) -> String {
        let start = position
        let content = try stringBytes()
        guard let text = String(validating: content, as: UTF8.self) else { throw JSONError("the string is no UTF-8", at: start) }
        return text
    }

    /// The UTF-8 bytes of a string, its escapes resolved.
    public mutating func stringBytes() throws(JSONError) -> [UInt8] {
        let raw = try rawString()
        guard raw.hasEscapes else {
            let content = Array(bytes[raw.range])
            if raw.hasHighBytes, String(validating: content, as: UTF8.self) == nil {
                throw JSONError("the string is no UTF-8", at: raw.range.lowerBound)
            }
            return content
        }
        var content: [UInt8] = []
        content.reserveCapacity(raw.range.count)
        var index = raw.range.lowerBound
        while index < raw.range.upperBound {
            let byte = bytes[index]
            index += 1
            guard byte == UInt8(ascii: "\\") else {
                content.append(byte)
                continue
            }
            // The scan has seen that a byte follows.
            let escape = bytes[index]
            index += 1
            switch escape {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(escape)
            case UInt8(ascii: "b"): content.append(0x08)
            case UInt8(ascii: "f"): content.append(0x0C)
            case UInt8(ascii: "n"): content.append(0x0A)
            case UInt8(ascii: "r"): content.append(0x0D)
            case UInt8(ascii: "t"): content.append(0x09)
            case UInt8(ascii: "u"):
                content.append(contentsOf: UTF8.encode(try scalar(&index, raw.range.upperBound)) ?? UTF8.encodedReplacementCharacter)
            default: throw JSONError("'\\\(Character(UnicodeScalar(escape)))' is no escape of JSON", at: index - 2)
            }
        }
        if raw.hasHighBytes, String(validating: content, as: UTF8.self) == nil {
            throw JSONError("the string is no UTF-8", at: raw.range.lowerBound)
        }
        return content
    }

    /// Passes over a string, which is checked all the same.
    mutating func skipString() throws(JSONError) {
        var ahead = self
        let raw = try ahead.rawString()
        if raw.hasEscapes || raw.hasHighBytes { _ = try stringBytes() } else { self = ahead }
    }

    /// The bytes between the quotes, as they stand there.
    private mutating func rawString() throws(JSONError) -> (range: Range<Int>, hasEscapes: Bool, hasHighBytes: Bool) {
        let kind = try peek()
        guard kind == .string else { throw JSONError("a string is expected, not \(kind.name)", at: position) }
        var index = position + 1
        let start = index
        var hasEscapes = false
        var high: UInt8 = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                position = index + 1
                return (start..<index, hasEscapes, high >= 0x80)
            }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                index += 1
            } else if byte < 0x20 {
                throw JSONError("a control character must be escaped", at: index)
            }
            high |= byte
            index += 1
        }
        throw JSONError("the text ends inside a string", at: bytes.count)
    }

    /// The scalar of a `\u` escape, or of two that make a pair.
    private func scalar(_ index: inout Int, _ end: Int) throws(JSONError) -> UnicodeScalar {
        let place = index - 2
        let first = try unit(&index, end)
        if let scalar = UnicodeScalar(first) { return scalar }
        guard first < 0xDC00, index + 1 < end, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u") else {
            throw JSONError("half of a surrogate pair stands alone", at: place)
        }
        index += 2
        let second = try unit(&index, end)
        guard second >= 0xDC00, second < 0xE000 else { throw JSONError("half of a surrogate pair stands alone", at: place) }
        let value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        guard let scalar = UnicodeScalar(value) else { throw JSONError("half of a surrogate pair stands alone", at: place) }
        return scalar
    }

    private func unit(_ index: inout Int, _ end: Int) throws(JSONError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard index < end, let digit = Self.hexDigit(bytes[index]) else {
                throw JSONError("four hexadecimal digits are expected", at: index)
            }
            value = value << 4 | digit
            index += 1
        }
        return value
    }

    private static func hexDigit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte) - 0x30
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte) - 0x61 + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte) - 0x41 + 10
        default: nil
        }
    }
}
