extension TFServing {
    /// The datatype of a tensor.
    public struct DataType: OpenEnum, MappedEnum {
        public var rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        public static let invalid = DataType(rawValue: 0)
        public static let float = DataType(rawValue: 1)
        public static let double = DataType(rawValue: 2)
        public static let int32 = DataType(rawValue: 3)
        public static let uint8 = DataType(rawValue: 4)
        public static let int16 = DataType(rawValue: 5)
        public static let int8 = DataType(rawValue: 6)
        public static let string = DataType(rawValue: 7)
        public static let complex64 = DataType(rawValue: 8)
        public static let int64 = DataType(rawValue: 9)
        public static let bool = DataType(rawValue: 10)
        public static let qint8 = DataType(rawValue: 11)
        public static let quint8 = DataType(rawValue: 12)
        public static let qint32 = DataType(rawValue: 13)
        public static let bfloat16 = DataType(rawValue: 14)
        public static let qint16 = DataType(rawValue: 15)
        public static let quint16 = DataType(rawValue: 16)
        public static let uint16 = DataType(rawValue: 17)
        public static let complex128 = DataType(rawValue: 18)
        public static let half = DataType(rawValue: 19)
        public static let resource = DataType(rawValue: 20)
        public static let variant = DataType(rawValue: 21)
        public static let uint32 = DataType(rawValue: 22)
        public static let uint64 = DataType(rawValue: 23)
        public static let float8E5m2 = DataType(rawValue: 24)
        public static let float8E4m3fn = DataType(rawValue: 25)
        public static let int4 = DataType(rawValue: 29)
        public static let uint4 = DataType(rawValue: 30)

        public static let names: [(value: Int32, name: String)] = [
            (0, "DT_INVALID"), (1, "DT_FLOAT"), (2, "DT_DOUBLE"), (3, "DT_INT32"), (4, "DT_UINT8"), (5, "DT_INT16"),
            (6, "DT_INT8"), (7, "DT_STRING"), (8, "DT_COMPLEX64"), (9, "DT_INT64"), (10, "DT_BOOL"), (11, "DT_QINT8"),
            (12, "DT_QUINT8"), (13, "DT_QINT32"), (14, "DT_BFLOAT16"), (15, "DT_QINT16"), (16, "DT_QUINT16"), (17, "DT_UINT16"),
            (18, "DT_COMPLEX128"), (19, "DT_HALF"), (20, "DT_RESOURCE"), (21, "DT_VARIANT"), (22, "DT_UINT32"), (23, "DT_UINT64"),
            (24, "DT_FLOAT8_E5M2"), (25, "DT_FLOAT8_E4M3FN"), (29, "DT_INT4"), (30, "DT_UINT4"),
        ]
    }
}
