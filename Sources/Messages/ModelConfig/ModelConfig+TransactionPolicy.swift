internal import CMessages

extension ModelConfig {
    /// How answers relate to requests.
    public struct TransactionPolicy: Message {
        /// A request may have no answer, or several.
        public var decoupled = false

        public init() {}

        public init(decoupled: Bool) {
            self.decoupled = decoupled
        }
    }
}

extension ModelConfig.TransactionPolicy: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_transaction_policy__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &decoupled)
    }
}
