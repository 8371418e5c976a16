extension ModelConfig {
    /// The datatype of a tensor.
    public struct DataType: OpenEnum, MappedEnum {
        public var rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        public static let invalid = DataType(rawValue: 0)
        public static let bool = DataType(rawValue: 1)
        public static let uint8 = DataType(rawValue: 2)
        public static let uint16 = DataType(rawValue: 3)
        public static let uint32 = DataType(rawValue: 4)
        public static let uint64 = DataType(rawValue: 5)
        public static let int8 = DataType(rawValue: 6)
        public static let int16 = DataType(rawValue: 7)
        public static let int32 = DataType(rawValue: 8)
        public static let int64 = DataType(rawValue: 9)
        public static let fp16 = DataType(rawValue: 10)
        public static let fp32 = DataType(rawValue: 11)
        public static let fp64 = DataType(rawValue: 12)
        /// Elements of bytes, each of its own length.
        public static let string = DataType(rawValue: 13)
        public static let bf16 = DataType(rawValue: 14)

        public static let names: [(value: Int32, name: String)] = [
            (0, "TYPE_INVALID"), (1, "TYPE_BOOL"), (2, "TYPE_UINT8"), (3, "TYPE_UINT16"), (4, "TYPE_UINT32"), (5, "TYPE_UINT64"),
            (6, "TYPE_INT8"), (7, "TYPE_INT16"), (8, "TYPE_INT32"), (9, "TYPE_INT64"), (10, "TYPE_FP16"), (11, "TYPE_FP32"),
            (12, "TYPE_FP64"), (13, "TYPE_STRING"), (14, "TYPE_BF16"),
        ]
    }
}
