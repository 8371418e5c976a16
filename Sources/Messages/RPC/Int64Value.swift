internal import CMessages

/// An int64 that can be absent.
public struct Int64Value: Message {
    public var value: Int64 = 0

    public init() {}

    public init(value: Int64) {
        self.value = value
    }
}

extension Int64Value: MappedMessage {
    static let descriptor = MessageDescriptor(of: google__protobuf__int64_value__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &value)
    }
}
