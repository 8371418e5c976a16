/// Reads JSON from its beginning to its end, value by value, without making a tree of it.
///
/// The caller asks for what it expects: `beginObject`, then `nextKey` and a value until there is no key left; `beginArray`, then
/// `nextElement` and a value until there is none. A value that is of no interest is passed over with `skip`. The bytes must stay as they
/// are while they are read. Not thread-safe; costs no allocation but for the strings that are asked for.
///
/// Beside the standard's numbers it reads the `NaN`, `Infinity` and `-Infinity` that Python and TensorFlow write.
public struct JSONReader: @unchecked Sendable {
    // Sendable because the bytes are only read.
    let bytes: UnsafeRawBufferPointer
    /// Bytes that have been read.
    public internal(set) var position = 0
    private var depth = 0
    /// Nothing has been read of the innermost list or object.
    private var isFirst = false

    /// Lists and objects within one another. Beyond: an error; recursion over a document is bounded by it.
    public static let maxDepth = 64

    /// What kind of value comes next.
    public enum Kind: Sendable, Hashable {
        case object, array, string, number, bool, null

        /// The word for it, with its article.
        public var name: String {
            switch self {
            case .object: "an object"
            case .array: "a list"
            case .string: "a string"
            case .number: "a number"
            case .bool: "true or false"
            case .null: "null"
            }
        }
    }

    public init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The kind of the value that comes next. Throws when there is none.
    @inline(__always)
    public mutating func peek() throws(JSONError) -> Kind {
        skipSpace()
        guard position < bytes.count else { throw JSONError("the text ends where a value should be", at: position) }
        switch bytes[position] {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "N"), UInt8(ascii: "I"): return .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        default: throw JSONError("\(shown(position)) stands where a value should be", at: position)
        }
    }

    /// Goes into an object.
    public mutating func beginObject() throws(JSONError) { try begin(.object) }

    /// Goes into a list.
    public mutating func beginArray() throws(JSONError) { try begin(.array) }

    private mutating func begin(_ expected: Kind) throws(JSONError) {
        let kind = try peek()
        guard kind == expected else { throw JSONError("\(expected.name) is expected, not \(kind.name)", at: position) }
        guard depth < Self.maxDepth else { throw JSONError("lists and objects are more than \(Self.maxDepth) deep", at: position) }
        depth += 1
        position += 1
        isFirst = true
    }

    /// The next key of the object, with its value to be read next; nil at the object's end, which is read.
    public mutating func nextKey() throws(JSONError) -> String? {
        guard try goesOn(until: UInt8(ascii: "}")) else { return nil }
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
            throw JSONError("\(shown(position)) stands where a key in quotes should be", at: position)
        }
        let key = try string()
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else {
            throw JSONError("\(shown(position)) stands where a colon should be", at: position)
        }
        position += 1
        return key
    }

    /// Whether the list has another element, which is to be read next; false at the list's end, which is read.
    @inline(__always)
    public mutating func nextElement() throws(JSONError) -> Bool {
        try goesOn(until: UInt8(ascii: "]"))
    }

    @inline(__always)
    private mutating func goesOn(until end: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        guard position < bytes.count else { throw JSONError("the text ends inside a list or an object", at: position) }
        let next = bytes[position]
        if next == end {
            position += 1
            depth -= 1
            isFirst = false
            return false
        }
        if isFirst {
            isFirst = false
            return true
        }
        guard next == UInt8(ascii: ",") else { throw JSONError("\(shown(position)) stands where a comma should be", at: position) }
        position += 1
        skipSpace()
        return true
    }

    public mutating func bool() throws(JSONError) -> Bool {
        skipSpace()
        if take("true") { return true }
        if take("false") { return false }
        throw JSONError("true or false is expected, not \(try peek().name)", at: position)
    }

    /// Reads a null if one comes next.
    public mutating func null() -> Bool {
        skipSpace()
        return take("null")
    }

    /// Passes over one value, which is checked all the same.
    public mutating func skip() throws(JSONError) {
        switch try peek() {
        case .object:
            try beginObject()
            while try nextKey() != nil { try skip() }
        case .array:
            try beginArray()
            while try nextElement() { try skip() }
        case .string: try skipString()
        case .number: _ = try number()
        case .bool: _ = try bool()
        case .null:
            guard null() else { throw JSONError("\(shown(position)) stands where a value should be", at: position) }
        }
    }

    /// Nothing may follow but white space.
    public mutating func end() throws(JSONError) {
        skipSpace()
        guard position == bytes.count else { throw JSONError("\(shown(position)) stands behind the end of the value", at: position) }
    }

    /// The same reader set to a place where a value begins, such as one that was passed over. The value is all that may be read.
    public func at(_ position: Int) -> JSONReader {
        var reader = self
        reader.position = min(max(0, position), bytes.count)
        reader.isFirst = false
        return reader
    }

    /// The place where the next value begins, for ``at(_:)``.
    public mutating func mark() -> Int {
        skipSpace()
        return position
    }

    @inline(__always)
    mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    mutating func take(_ word: StaticString) -> Bool {
        guard position + word.utf8CodeUnitCount <= bytes.count else { return false }
        for index in 0..<word.utf8CodeUnitCount where bytes[position + index] != word.utf8Start[index] { return false }
        position += word.utf8CodeUnitCount
        return true
    }

    /// What stands at a place, for messages.
    func shown(_ position: Int) -> String {
        guard position < bytes.count else { return "the end of the text" }
        let byte = bytes[position]
        return byte > 0x20 && byte < 0x7F ? "'\(Character(UnicodeScalar(byte)))'" : "byte \(byte)"
    }
}
