internal import CMessages

/// A serialized message and the name of its type.
public struct AnyMessage: Message {
    /// The part after the last slash is the full name of the type.
    public var typeUrl = ""
    public var value: [UInt8] = []

    public init() {}

    public init(typeUrl: String, value: [UInt8] = []) {
        self.typeUrl = typeUrl
        self.value = value
    }
}

extension AnyMessage: MappedMessage {
    static let descriptor = MessageDescriptor(of: google__protobuf__any__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &typeUrl)
        fields.value(2, &value)
    }
}
