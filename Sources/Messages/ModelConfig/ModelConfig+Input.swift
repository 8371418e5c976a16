internal import CMessages

extension ModelConfig {
    /// An input of a model.
    public struct Input: Message {
        /// What the axes of an image mean.
        public struct Format: OpenEnum, MappedEnum {
            public var rawValue: Int32

            public init(rawValue: Int32) {
                self.rawValue = rawValue
            }

            public static let none = Format(rawValue: 0)
            public static let nhwc = Format(rawValue: 1)
            public static let nchw = Format(rawValue: 2)

            public static let names: [(value: Int32, name: String)] = [
                (0, "FORMAT_NONE"), (1, "FORMAT_NHWC"), (2, "FORMAT_NCHW"),
            ]
        }

        public var name = ""
        public var dataType = DataType(rawValue: 0)
        public var format = Format(rawValue: 0)
        /// Sizes without the batch axis; -1 where any size fits.
        public var dims: [Int64] = []
        public var reshape: TensorReshape?
        /// The values are a shape.
        public var isShapeTensor = false
        /// Rows of different sizes may share a batch.
        public var allowRaggedBatch = false
        /// A request may leave the input out.
        public var optional = false
        /// The bytes are laid out in a way of the framework.
        public var isNonLinearFormatIo = false

        public init() {}
    }
}

extension ModelConfig.Input: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_input__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
        fields.value(2, &dataType)
        fields.value(3, &format)
        fields.list(4, &dims)
        fields.optional(5, &reshape)
        fields.value(6, &isShapeTensor)
        fields.value(7, &allowRaggedBatch)
        fields.value(8, &optional)
        fields.value(9, &isNonLinearFormatIo)
    }
}
