internal import CMessages

extension ModelConfig {
    /// A value for a backend.
    public struct Parameter: Message {
        public var stringValue = ""

        public init() {}

        public init(stringValue: String) {
            self.stringValue = stringValue
        }
    }
}

extension ModelConfig.Parameter: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_parameter__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &stringValue)
    }
}
