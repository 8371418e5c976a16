internal import FoundationEssentials

extension DocumentValue {
    /// Arrays and objects within each other; more are refused, before anything is decoded.
    static let maximumDepth = 64

    /// Reads a JSON document.
    init(json bytes: [UInt8]) throws(EngineError) {
        try Self.checkDepth(bytes)
        let decoder = JSONDecoder()
        // Some writers print NaN and Infinity.
        decoder.allowsJSON5 = true
        do {
            self = try decoder.decode(DocumentValue.self, from: Data(bytes))
        } catch let error as DecodingError {
            throw EngineError(.malformedModel, "it is no JSON: \(Self.reason(error))")
        } catch {
            throw EngineError(.malformedModel, "it is no JSON")
        }
    }

    /// The decoder descends by recursion, so that depth must be known to be small.
    private static func checkDepth(_ bytes: [UInt8]) throws(EngineError) {
        var depth = 0
        var quote: UInt8?
        var isEscaped = false
        for byte in bytes {
            if let mark = quote {
                if isEscaped {
                    isEscaped = false
                } else if byte == 0x5C {
                    isEscaped = true
                } else if byte == mark {
                    quote = nil
                }
                continue
            }
            switch byte {
            case 0x22, 0x27: quote = byte
            case 0x5B, 0x7B:
                depth += 1
                guard depth <= maximumDepth else {
                    throw EngineError(.resourceExhausted, "more than \(maximumDepth) arrays and objects within each other")
                }
            case 0x5D, 0x7D: depth -= 1
            default: continue
            }
        }
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
