internal import FoundationEssentials

extension DocumentValue {
    /// Arrays and objects within each other; more are refused, before anything is decoded.
    static let maximumDepth = 64

    /// Reads a JSON document. Beyond the standard, NaN and Infinity may stand as numbers, as some writers print them.
    init(json bytes: [UInt8]) throws(EngineError) {
        // The decoder counts on text that is well-formed.
        guard String(validating: bytes, as: UTF8.self) != nil else { throw EngineError(.malformedModel, "it is no UTF-8") }
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        do {
            self = try decoder.decode(DocumentValue.self, from: Data(try Self.standard(bytes)))
        } catch let error as EngineError {
            throw error
        } catch let error as DecodingError {
            throw EngineError(.malformedModel, "it is no JSON: \(Self.reason(error))")
        } catch {
            throw EngineError(.malformedModel, "it is no JSON")
        }
    }

    /// The document with NaN and Infinity in quotes, where the standard allows them.
    ///
    /// Also checks how deep it is: the decoder descends by recursion.
    private static func standard(_ bytes: [UInt8]) throws(EngineError) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var depth = 0
        var isText = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if isText {
                result.append(byte)
                if byte == UInt8(ascii: "\\"), index < bytes.count {
                    result.append(bytes[index])
                    index += 1
                } else if byte == UInt8(ascii: "\"") {
                    isText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isText = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                guard depth <= maximumDepth else {
                    throw EngineError(.resourceExhausted, "more than \(maximumDepth) arrays and objects within each other")
                }
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            case UInt8(ascii: "N"), UInt8(ascii: "I"):
                let word = byte == UInt8(ascii: "N") ? "NaN" : "Infinity"
                if bytes[(index - 1)...].starts(with: word.utf8) {
                    let isNegative = result.last == UInt8(ascii: "-")
                    if isNegative { result.removeLast() }
                    result += Array("\"\(isNegative ? "-" : "")\(word)\"".utf8)
                    index += word.utf8.count - 1
                    continue
                }
            default: break
            }
            result.append(byte)
        }
        return result
    }

    private static func reason(_ error: DecodingError) -> String {
        switch error {
        case .dataCorrupted(let context), .keyNotFound(_, let context), .typeMismatch(_, let context), .valueNotFound(_, let context):
            context.debugDescription
        @unknown default: "unknown reason"
        }
    }
}

extension DocumentValue: Decodable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        if let object = try? decoder.container(keyedBy: Key.self) {
            var entries: [String: DocumentValue] = [:]
            for key in object.allKeys { entries[key.stringValue] = try object.decode(DocumentValue.self, forKey: key) }
            self = .object(entries)
            return
        }
        let value = try decoder.singleValueContainer()
        if var elements = try? decoder.unkeyedContainer() {
            // Whole arrays of numbers at once: one by one they would take most of the time.
            if let integers = try? value.decode([Int].self) {
                self = .integers(integers)
            } else if let reals = try? value.decode([Double].self) {
                self = .reals(reals)
            } else {
                var values: [DocumentValue] = []
                while !elements.isAtEnd { values.append(try elements.decode(DocumentValue.self)) }
                self = .array(values)
            }
        } else if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let integer = try? value.decode(Int.self) {
            self = .integer(integer)
        } else if let real = try? value.decode(Double.self) {
            self = .real(real)
        } else {
            self = .text(try value.decode(String.self))
        }
    }
}
