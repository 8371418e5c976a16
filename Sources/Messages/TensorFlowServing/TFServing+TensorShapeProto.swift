internal import CMessages

extension TFServing {
    /// The sizes of a tensor.
    public struct TensorShapeProto: Message {
        /// One axis.
        public struct Dim: Message {
            /// -1 where any size fits.
            public var size: Int64 = 0
            public var name = ""

            public init() {}

            public init(size: Int64, name: String = "") {
                self.size = size
                self.name = name
            }
        }

        /// The outermost axis first.
        public var dim: [Dim] = []
        /// Nothing is known, not even the number of axes.
        public var unknownRank = false

        public init() {}

        public init(dim: [Dim], unknownRank: Bool = false) {
            self.dim = dim
            self.unknownRank = unknownRank
        }
    }
}

extension TFServing.TensorShapeProto.Dim: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__tensor_shape_proto__dim__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &size)
        fields.value(2, &name)
    }
}

extension TFServing.TensorShapeProto: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__tensor_shape_proto__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(2, &dim)
        fields.value(3, &unknownRank)
    }
}
