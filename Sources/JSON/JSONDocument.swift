/// A small JSON document as a tree, for parameters and configurations. Numbers are what they are: whole ones stay whole.
public indirect enum JSONDocument: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case array([JSONDocument])
    case object([(key: String, value: JSONDocument)])

    /// Values in one tree: a tree takes many times the memory of its text. Beyond: an error.
    public static let maxValues = 100_000

    /// Reads a whole text.
    public init(_ bytes: UnsafeRawBufferPointer) throws(JSONError) {
        var reader = JSONReader(bytes)
        self = try reader.document()
        try reader.end()
    }

    /// Reads a whole text.
    public init(_ text: String) throws(JSONError) {
        let bytes = Array(text.utf8)
        let read = bytes.withUnsafeBytes { bytes in Result { () throws(JSONError) in try JSONDocument(bytes) } }
        self = try read.get()
    }

    /// The value of a key; the last one if it is there more than once.
    public subscript(key: String) -> JSONDocument? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.key == key }?.value
    }

    public static func == (left: JSONDocument, right: JSONDocument) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.int(let left), .int(let right)): left == right
        case (.uint(let left), .uint(let right)): left == right
        case (.double(let left), .double(let right)): left == right
        case (.string(let left), .string(let right)): left == right
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left.elementsEqual(right) { $0.key == $1.key && $0.value == $1.value }
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .int(let value): hasher.combine(value)
        case .uint(let value): hasher.combine(value)
        case .double(let value): hasher.combine(value)
        case .string(let value): hasher.combine(value)
        case .array(let values): hasher.combine(values)
        case .object(let members):
            for member in members {
                hasher.combine(member.key)
                hasher.combine(member.value)
            }
        }
    }
}

extension JSONReader {
    /// The next value as a tree.
    public mutating func document() throws(JSONError) -> JSONDocument {
        var left = JSONDocument.maxValues
        return try document(&left)
    }

    private mutating func document(_ left: inout Int) throws(JSONError) -> JSONDocument {
        left -= 1
        guard left >= 0 else { throw JSONError("there are more than \(JSONDocument.maxValues) values in it", at: position) }
        switch try peek() {
        case .object:
            var members: [(key: String, value: JSONDocument)] = []
            try beginObject()
            while let key = try nextKey() { members.append((key, try document(&left))) }
            return .object(members)
        case .array:
            var values: [JSONDocument] = []
            try beginArray()
            while try nextElement() { values.append(try document(&left)) }
            return .array(values)
        case .string: return .string(try string())
        case .number:
            let number = try number()
            // A number with a point stays a double, whatever its value.
            guard !number.hasPoint else { return .double(number.double) }
            if let value = number.integer(Int64.self) { return .int(value) }
            if let value = number.integer(UInt64.self) { return .uint(value) }
            return .double(number.double)
        case .bool: return .bool(try bool())
        case .null:
            guard null() else { throw JSONError("\(shown(position)) stands where a value should be", at: position) }
            return .null
        }
    }
}

extension JSONNumber {
    /// It is written with a point or an exponent, or is none.
    public var hasPoint: Bool {
        special != nil || text.contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }
    }
}
