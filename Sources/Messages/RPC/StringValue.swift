internal import CMessages

/// A string that can be absent.
public struct StringValue: Message {
    public var value = ""

    public init() {}

    public init(value: String) {
        self.value = value
    }
}

extension StringValue: MappedMessage {
    static let descriptor = MessageDescriptor(of: google__protobuf__string_value__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &value)
    }
}
