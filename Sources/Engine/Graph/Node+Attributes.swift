public import Tensors

// Typed access. An absent attribute gives nil; one of another type is the model's fault.
extension Node {
    public func int(_ name: String) throws(EngineError) -> Int? {
        guard let attribute = attributes[name] else { return nil }
        guard case .int(let value) = attribute else { throw wrongType(name, "an integer") }
        return value
    }

    public func int(_ name: String, default fallback: Int) throws(EngineError) -> Int {
        try int(name) ?? fallback
    }

    public func bool(_ name: String, default fallback: Bool) throws(EngineError) -> Bool {
        try int(name).map { $0 != 0 } ?? fallback
    }

    public func float(_ name: String) throws(EngineError) -> Float? {
        guard let attribute = attributes[name] else { return nil }
        guard case .float(let value) = attribute else { throw wrongType(name, "a float") }
        return value
    }

    public func float(_ name: String, default fallback: Float) throws(EngineError) -> Float {
        try float(name) ?? fallback
    }

    public func string(_ name: String) throws(EngineError) -> String? {
        guard let attribute = attributes[name] else { return nil }
        guard case .string(let value) = attribute else { throw wrongType(name, "a string") }
        return value.string
    }

    public func string(_ name: String, default fallback: String) throws(EngineError) -> String {
        try string(name) ?? fallback
    }

    public func tensor(_ name: String) throws(EngineError) -> Tensor? {
        guard let attribute = attributes[name] else { return nil }
        guard case .tensor(let value) = attribute else { throw wrongType(name, "a tensor") }
        return value
    }

    public func graph(_ name: String) throws(EngineError) -> Graph? {
        guard let attribute = attributes[name] else { return nil }
        guard case .graph(let value) = attribute else { throw wrongType(name, "a graph") }
        return value
    }

    public func ints(_ name: String) throws(EngineError) -> [Int]? {
        guard let attribute = attributes[name] else { return nil }
        guard case .ints(let value) = attribute else { throw wrongType(name, "a list of integers") }
        return value
    }

    public func floats(_ name: String) throws(EngineError) -> [Float]? {
        guard let attribute = attributes[name] else { return nil }
        guard case .floats(let value) = attribute else { throw wrongType(name, "a list of floats") }
        return value
    }

    public func strings(_ name: String) throws(EngineError) -> [ByteString]? {
        guard let attribute = attributes[name] else { return nil }
        guard case .strings(let value) = attribute else { throw wrongType(name, "a list of strings") }
        return value
    }

    /// The attribute's value, or an error that says it must be there.
    public func required<T>(_ name: String, _ value: T?) throws(EngineError) -> T {
        guard let value else { throw malformed("attribute '\(name)' is missing") }
        return value
    }

    /// An error of this node.
    public func malformed(_ message: String) -> EngineError {
        EngineError(.malformedModel, message, place: place)
    }

    public func unsupported(_ message: String) -> EngineError {
        EngineError(.unsupported, message, place: place)
    }

    /// How errors name this node.
    public var place: String { "node '\(name)' (\(domain.isEmpty ? "" : domain + "::")\(operatorName))" }

    private func wrongType(_ name: String, _ expected: String) -> EngineError {
        malformed("attribute '\(name)' must be \(expected)")
    }
}
