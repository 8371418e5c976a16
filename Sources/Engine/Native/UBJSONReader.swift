/// Reads the binary form of JSON that XGBoost writes: big-endian numbers behind one-letter marks, arrays with a type and a
/// count in front.
///
/// Everything that a document says of its own size is held against the bytes that are left, so that memory stays within a
/// small multiple of the document.
struct UBJSONReader {
    private let bytes: [UInt8]
    private var position = 0

    /// The document in `bytes`, all of it.
    static func read(_ bytes: [UInt8]) throws(EngineError) -> DocumentValue {
        var reader = UBJSONReader(bytes: bytes)
        let value = try reader.value(try reader.mark(), depth: 0)
        guard reader.position == bytes.count else { throw reader.fault("something follows the document") }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func fault(_ message: String) -> EngineError {
        EngineError(.malformedModel, "it is no UBJSON: \(message) at byte \(position)")
    }

    private mutating func mark() throws(EngineError) -> UInt8 {
        guard position < bytes.count else { throw fault("it ends early") }
        position += 1
        return bytes[position - 1]
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func unsigned(_ width: Int) throws(EngineError) -> UInt64 {
        guard bytes.count - position >= width else { throw fault("it ends early") }
        var value: UInt64 = 0
        for index in 0..<width { value = value << 8 | UInt64(bytes[position + index]) }
        position += width
        return value
    }

    /// Bytes of a number with this mark; nil for marks of other things.
    private static func width(_ mark: UInt8) -> Int? {
        switch Character(Unicode.Scalar(mark)) {
        case "i", "U": 1
        case "I": 2
        case "l", "d": 4
        case "L", "D": 8
        default: nil
        }
    }

    private mutating func integer(_ mark: UInt8) throws(EngineError) -> Int {
        switch Character(Unicode.Scalar(mark)) {
        case "i": return Int(Int8(truncatingIfNeeded: try unsigned(1)))
        case "U": return Int(try unsigned(1))
        case "I": return Int(Int16(truncatingIfNeeded: try unsigned(2)))
        case "l": return Int(Int32(truncatingIfNeeded: try unsigned(4)))
        case "L": return Int(Int64(bitPattern: try unsigned(8)))
        default: throw fault("a mark that begins no integer")
        }
    }

    private mutating func real(_ mark: UInt8) throws(EngineError) -> Double {
        switch Character(Unicode.Scalar(mark)) {
        case "d": return Double(Float(bitPattern: UInt32(truncatingIfNeeded: try unsigned(4))))
        case "D": return Double(bitPattern: try unsigned(8))
        default: return Double(try integer(mark))
        }
    }

    /// A length, which cannot exceed the bytes that are left: everything takes at least one, but for the elements of an
    /// array of one constant.
    private mutating func length() throws(EngineError) -> Int {
        let length = try integer(mark())
        guard length >= 0, length <= bytes.count - position else { throw fault("a length of \(length)") }
        return length
    }

    private mutating func text() throws(EngineError) -> String {
        let length = try length()
        let text = String(decoding: bytes[position..<position + length], as: UTF8.self)
        position += length
        return text
    }

    private mutating func value(_ mark: UInt8, depth: Int) throws(EngineError) -> DocumentValue {
        guard depth < DocumentValue.maximumDepth else {
            throw EngineError(
                .resourceExhausted, "more than \(DocumentValue.maximumDepth) arrays and objects within each other")
        }
        switch Character(Unicode.Scalar(mark)) {
        case "{": return try object(depth: depth)
        case "[": return try array(depth: depth)
        case "S": return .text(try text())
        case "C": return .text(String(decoding: [try self.mark()], as: UTF8.self))
        case "Z": return .null
        case "T": return .bool(true)
        case "F": return .bool(false)
        case "d", "D": return .real(try real(mark))
        default: return .integer(try integer(mark))
        }
    }

    private mutating func object(depth: Int) throws(EngineError) -> DocumentValue {
        var entries: [String: DocumentValue] = [:]
        let (type, count) = try header()
        var read = 0
        while true {
            if let count {
                if read == count { break }
            } else if next == UInt8(ascii: "}") {
                position += 1
                break
            }
            let key = try text()
            let mark = if let type { type } else { try self.mark() }
            entries[key] = try value(mark, depth: depth + 1)
            read += 1
        }
        return .object(entries)
    }

    private mutating func array(depth: Int) throws(EngineError) -> DocumentValue {
        let (type, count) = try header()
        if let type, let count, let width = Self.width(type) {
            guard count <= (bytes.count - position) / width else { throw fault("an array of \(count)") }
            if type == UInt8(ascii: "d") || type == UInt8(ascii: "D") {
                var values: [Double] = []
                values.reserveCapacity(count)
                for _ in 0..<count { values.append(try real(type)) }
                return .reals(values)
            }
            var values: [Int] = []
            values.reserveCapacity(count)
            for _ in 0..<count { values.append(try integer(type)) }
            return .integers(values)
        }
        var values: [DocumentValue] = []
        while true {
            if let count {
                if values.count == count { break }
            } else if next == UInt8(ascii: "]") {
                position += 1
                break
            }
            let mark = if let type { type } else { try self.mark() }
            values.append(try value(mark, depth: depth + 1))
        }
        return .array(values)
    }

    /// The type and count that may stand in front of the elements.
    private mutating func header() throws(EngineError) -> (type: UInt8?, count: Int?) {
        var type: UInt8?
        if next == UInt8(ascii: "$") {
            position += 1
            type = try mark()
            guard next == UInt8(ascii: "#") else { throw fault("a type without a count") }
        }
        guard next == UInt8(ascii: "#") else { return (nil, nil) }
        position += 1
        return (type, try length())
    }
}
