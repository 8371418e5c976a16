internal import FoundationEssentials

/// Any JSON document. Whole numbers stay whole; everything else that is a number is a double.
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
        do {
            self = try JSONDecoder().decode(JSONValue.self, from: Data(text))
        } catch let error as DecodingError {
            if case .dataCorrupted(let context) = error {
                throw SyntaxError(description: context.underlyingError.map { "\($0)" } ?? context.debugDescription)
            }
            throw SyntaxError(description: "\(error)")
        } catch {
            throw SyntaxError(description: "\(error)")
        }
    }
}

extension JSONValue: Decodable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(UInt64.self) {
            self = .unsigned(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }
}
