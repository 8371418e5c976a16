internal import CMessages

extension ModelConfig {
    /// The shape a tensor takes inside the model, where it differs from the one on the wire.
    public struct TensorReshape: Message {
        public var shape: [Int64] = []

        public init() {}

        public init(shape: [Int64]) {
            self.shape = shape
        }
    }
}

extension ModelConfig.TensorReshape: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_tensor_reshape__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &shape)
    }
}
