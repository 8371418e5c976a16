internal import CMessages

extension TFServing {
    /// A tensor: its elements are in tensor_content or in the list that fits the datatype, flattened in row-major
    /// order. A list that is shorter than the tensor goes on with its last element.
    public struct TensorProto: Message {
        public var dtype = DataType(rawValue: 0)
        public var tensorShape: TensorShapeProto?
        public var versionNumber: Int32 = 0
        /// The elements as bytes, little-endian.
        public var tensorContent: [UInt8] = []
        public var floatVal: [Float] = []
        public var doubleVal: [Double] = []
        /// DT_INT32, DT_INT16, DT_UINT16, DT_INT8 and DT_UINT8.
        public var intVal: [Int32] = []
        public var stringVal: [[UInt8]] = []
        /// Real and imaginary parts in turn.
        public var scomplexVal: [Float] = []
        public var int64Val: [Int64] = []
        public var boolVal: [Bool] = []
        /// Real and imaginary parts in turn.
        public var dcomplexVal: [Double] = []
        /// DT_HALF and DT_BFLOAT16: the 16 bits of each element.
        public var halfVal: [Int32] = []
        public var uint32Val: [UInt32] = []
        public var uint64Val: [UInt64] = []
        /// One byte per element.
        public var float8Val: [UInt8] = []

        public init() {}
    }
}

extension TFServing.TensorProto: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__tensor_proto__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &dtype)
        fields.optional(2, &tensorShape)
        fields.value(3, &versionNumber)
        fields.value(4, &tensorContent)
        fields.list(5, &floatVal)
        fields.list(6, &doubleVal)
        fields.list(7, &intVal)
        fields.list(8, &stringVal)
        fields.list(9, &scomplexVal)
        fields.list(10, &int64Val)
        fields.list(11, &boolVal)
        fields.list(12, &dcomplexVal)
        fields.list(13, &halfVal)
        fields.list(16, &uint32Val)
        fields.list(17, &uint64Val)
        fields.value(18, &float8Val)
    }
}
