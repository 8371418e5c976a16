internal import CMessages

/// Asks whether the process lives.
public struct ServerLiveRequest: Message {
    public init() {}
}

/// Whether the process lives.
public struct ServerLiveResponse: Message {
    public var live = false

    public init() {}

    public init(live: Bool) {
        self.live = live
    }
}

extension ServerLiveRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__server_live_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {}
}

extension ServerLiveResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__server_live_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &live)
    }
}
