/// A value of a model's document, whether that was written as JSON or as UBJSON.
indirect enum DocumentValue: Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case real(Double)
    case text(String)
    case array([DocumentValue])
    /// An array of numbers alone, which are what models mostly consist of.
    case integers([Int])
    case reals([Double])
    case object([String: DocumentValue])
}

extension DocumentValue {
    /// The entry of an object, or null.
    subscript(key: String) -> DocumentValue {
        if case .object(let entries) = self { entries[key] ?? .null } else { .null }
    }

    var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// The elements of an array; an object's absence of them is told by `place`.
    func array(_ place: String) throws(EngineError) -> [DocumentValue] {
        switch self {
        case .array(let elements): return elements
        case .integers(let values): return values.map(DocumentValue.integer)
        case .reals(let values): return values.map(DocumentValue.real)
        default: throw wrong(place, "an array")
        }
    }

    func integers(_ place: String) throws(EngineError) -> [Int] {
        switch self {
        case .integers(let values): return values
        case .array(let elements):
            var values: [Int] = []
            values.reserveCapacity(elements.count)
            for element in elements { values.append(try element.integer(place)) }
            return values
        case .reals(let reals):
            var values: [Int] = []
            for real in reals { values.append(try DocumentValue.real(real).integer(place)) }
            return values
        default: throw wrong(place, "an array of integers")
        }
    }

    func reals(_ place: String) throws(EngineError) -> [Double] {
        switch self {
        case .reals(let values): return values
        case .integers(let values): return values.map(Double.init)
        case .array(let elements):
            var values: [Double] = []
            values.reserveCapacity(elements.count)
            for element in elements { values.append(try element.real(place)) }
            return values
        default: throw wrong(place, "an array of numbers")
        }
    }

    /// A whole number; some writers put it in quotes.
    func integer(_ place: String) throws(EngineError) -> Int {
        switch self {
        case .integer(let value): return value
        case .bool(let value): return value ? 1 : 0
        case .real(let value):
            if let whole = Int(exactly: value) { return whole }
        case .text(let text):
            if let whole = Int(text) { return whole }
        default: break
        }
        throw wrong(place, "a whole number")
    }

    /// A number; some writers put it in quotes.
    func real(_ place: String) throws(EngineError) -> Double {
        switch self {
        case .integer(let value): return Double(value)
        case .real(let value): return value
        case .text(let text):
            if let value = Double(text) { return value }
        default: break
        }
        throw wrong(place, "a number")
    }

    func text(_ place: String) throws(EngineError) -> String {
        guard case .text(let text) = self else { throw wrong(place, "text") }
        return text
    }

    private func wrong(_ place: String, _ expected: String) -> EngineError {
        EngineError(.malformedModel, isNull ? "'\(place)' is missing" : "'\(place)' must be \(expected)")
    }
}
