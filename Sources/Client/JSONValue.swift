internal import JSON

/// Any JSON document. Whole numbers stay whole; everything else that is a number is a double.
///
/// Unlike the server's trees it may be of any size: what is read is the user's own.
public indirect enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    public struct SyntaxError: Error, CustomStringConvertible {
        public let description: String
    }

    /// Reads a document.
    public init(parsing text: [UInt8]) throws(SyntaxError) {
        let read = text.withUnsafeBytes { bytes in
            Result { () throws(JSONError) in
                var reader = JSONReader(bytes)
                let value = try JSONValue(&reader)
                try reader.end()
                return value
            }
        }
        do throws(JSONError) { self = try read.get() } catch { throw SyntaxError(description: error.description) }
    }

    private init(_ reader: inout JSONReader) throws(JSONError) {
        switch try reader.peek() {
        case .object:
            var members: [String: JSONValue] = [:]
            try reader.beginObject()
            while let key = try reader.nextKey() { members[key] = try JSONValue(&reader) }
            self = .object(members)
        case .array:
            var values: [JSONValue] = []
            try reader.beginArray()
            while try reader.nextElement() { values.append(try JSONValue(&reader)) }
            self = .array(values)
        case .string: self = .string(try reader.string())
        case .number:
            let number = try reader.number()
            if let value: Int64 = number.integer() {
                self = .integer(value)
            } else if let value: UInt64 = number.integer() {
                self = .unsigned(value)
            } else {
                self = .number(number.double)
            }
        case .bool: self = .bool(try reader.bool())
        case .null:
            try reader.skip()
            self = .null
        }
    }
}
