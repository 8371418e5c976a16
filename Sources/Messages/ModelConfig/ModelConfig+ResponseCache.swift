internal import CMessages

extension ModelConfig {
    /// Whether answers may be kept for equal requests.
    public struct ResponseCache: Message {
        public var enable = false

        public init() {}

        public init(enable: Bool) {
            self.enable = enable
        }
    }
}

extension ModelConfig.ResponseCache: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_response_cache__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &enable)
    }
}
