internal import CMessages

/// Carries nothing.
public struct EmptyMessage: Message {
    public init() {}
}

extension EmptyMessage: MappedMessage {
    static let descriptor = MessageDescriptor(of: google__protobuf__empty__init)

    mutating func visit(_ fields: inout some FieldVisitor) {}
}
