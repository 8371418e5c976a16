extension DataType {
    /// The name that KServe v2 clients use, such as `FP32`; our own name in capitals where the protocol has none.
    public var kserveName: String {
        switch self {
        case .bool: "BOOL"
        case .uint8: "UINT8"
        case .uint16: "UINT16"
        case .uint32: "UINT32"
        case .uint64: "UINT64"
        case .int8: "INT8"
        case .int16: "INT16"
        case .int32: "INT32"
        case .int64: "INT64"
        case .float16: "FP16"
        case .float32: "FP32"
        case .float64: "FP64"
        case .bfloat16: "BF16"
        case .string: "BYTES"
        default: description.uppercased()
        }
    }

    /// The type that KServe v2 clients call `name`.
    public init?(kserveName name: String) {
        switch name {
        case "BOOL": self = .bool
        case "UINT8": self = .uint8
        case "UINT16": self = .uint16
        case "UINT32": self = .uint32
        case "UINT64": self = .uint64
        case "INT8": self = .int8
        case "INT16": self = .int16
        case "INT32": self = .int32
        case "INT64": self = .int64
        case "FP16": self = .float16
        case "FP32": self = .float32
        case "FP64": self = .float64
        case "BF16": self = .bfloat16
        case "BYTES": self = .string
        default:
            guard let type = DataType.allCases.first(where: { $0.kserveName == name }) else { return nil }
            self = type
        }
    }
}
