internal import CMessages

/// Asks whether a model takes traffic.
public struct ModelReadyRequest: Message {
    public var name = ""
    /// Empty: the version the server would choose.
    public var version = ""

    public init() {}

    public init(name: String, version: String = "") {
        self.name = name
        self.version = version
    }
}

/// Whether the model takes traffic.
public struct ModelReadyResponse: Message {
    public var ready = false

    public init() {}

    public init(ready: Bool) {
        self.ready = ready
    }
}

extension ModelReadyRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_ready_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
        fields.value(2, &version)
    }
}

extension ModelReadyResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_ready_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &ready)
    }
}
