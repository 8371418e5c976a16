internal import CMessages

extension ModelConfig {
    /// An output of a model.
    public struct Output: Message {
        public var name = ""
        public var dataType = DataType(rawValue: 0)
        /// Sizes without the batch axis; -1 where any size fits.
        public var dims: [Int64] = []
        /// A file with one label per line.
        public var labelFilename = ""
        public var reshape: TensorReshape?
        /// The values are a shape.
        public var isShapeTensor = false
        /// The bytes are laid out in a way of the framework.
        public var isNonLinearFormatIo = false

        public init() {}
    }
}

extension ModelConfig.Output: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_output__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
        fields.value(2, &dataType)
        fields.list(3, &dims)
        fields.value(4, &labelFilename)
        fields.optional(5, &reshape)
        fields.value(6, &isShapeTensor)
        fields.value(7, &isNonLinearFormatIo)
    }
}
