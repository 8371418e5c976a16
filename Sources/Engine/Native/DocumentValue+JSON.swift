internal import JSON

extension DocumentValue {
    /// Arrays and objects within each other; more are refused.
    static let maximumDepth = JSONReader.maxDepth

    /// Reads a JSON document. Beyond the standard, NaN and Infinity may stand as numbers, as some writers print them.
    init(json bytes: [UInt8]) throws(EngineError) {
        let read = bytes.withUnsafeBytes { bytes in
            Result { () throws(EngineError) in
                var document = DocumentReader(JSONReader(bytes))
                return try document.whole()
            }
        }
        self = try read.get()
    }
}

/// Makes a document of JSON.
private struct DocumentReader {
    private var reader: JSONReader
    private var depth = 0

    init(_ reader: JSONReader) { self.reader = reader }

    mutating func whole() throws(EngineError) -> DocumentValue {
        do throws(JSONError) {
            let value = try value()
            try reader.end()
            return value
        } catch {
            guard depth <= DocumentValue.maximumDepth else {
                throw EngineError(.resourceExhausted, "more than \(DocumentValue.maximumDepth) arrays and objects within each other")
            }
            throw EngineError(.malformedModel, "it is no JSON: \(error)")
        }
    }

    private mutating func value() throws(JSONError) -> DocumentValue {
        switch try reader.peek() {
        case .object:
            depth += 1
            var entries: [String: DocumentValue] = [:]
            try reader.beginObject()
            while let key = try reader.nextKey() { entries[key] = try value() }
            depth -= 1
            return .object(entries)
        case .array:
            depth += 1
            try reader.beginArray()
            let elements = try array()
            depth -= 1
            return elements
        case .string: return .text(try reader.string())
        case .number:
            let number = try reader.number()
            return number.integer().map { .integer($0) } ?? .real(number.double)
        case .bool: return .bool(try reader.bool())
        case .null:
            try reader.skip()
            return .null
        }
    }

    /// What is left of an array: numbers alone stay numbers, for they are what models mostly consist of.
    private mutating func array() throws(JSONError) -> DocumentValue {
        var integers: [Int] = []
        var reals: [Double] = []
        var isWhole = true
        while try reader.nextElement() {
            guard try reader.peek() == .number else {
                var values = isWhole ? integers.map(DocumentValue.integer) : reals.map(DocumentValue.real)
                values.append(try value())
                while try reader.nextElement() { values.append(try value()) }
                return .array(values)
            }
            let number = try reader.number()
            if isWhole {
                if let integer: Int = number.integer() {
                    integers.append(integer)
                    continue
                }
                isWhole = false
                reals = integers.map(Double.init)
                integers = []
            }
            reals.append(number.double)
        }
        return isWhole ? .integers(integers) : .reals(reals)
    }
}
