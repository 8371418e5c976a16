internal import CMessages

/// Asks whether the server takes traffic.
public struct ServerReadyRequest: Message {
    public init() {}
}

/// Whether the server takes traffic.
public struct ServerReadyResponse: Message {
    public var ready = false

    public init() {}

    public init(ready: Bool) {
        self.ready = ready
    }
}

extension ServerReadyRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__server_ready_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {}
}

extension ServerReadyResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__server_ready_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &ready)
    }
}
