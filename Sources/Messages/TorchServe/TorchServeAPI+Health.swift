internal import CMessages

extension TorchServeAPI {
    /// The health of the server.
    public struct TorchServeHealthResponse: Message {
        /// JSON, such as {"status": "Healthy"}.
        public var health = ""

        public init() {}

        public init(health: String) {
            self.health = health
        }
    }
}

extension TorchServeAPI.TorchServeHealthResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: org__pytorch__serve__grpc__inference__torch_serve_health_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &health)
    }
}
