/// The datatype of a tensor in the spelling of KServe v2.
public enum InferDatatype: UInt8, Sendable, CaseIterable, Hashable {
    case bool, uint8, uint16, uint32, uint64, int8, int16, int32, int64, fp16, fp32, fp64, bf16, bytes

    /// The name on the wire, such as `FP32`.
    public var name: StaticString {
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
        case .fp16: "FP16"
        case .fp32: "FP32"
        case .fp64: "FP64"
        case .bf16: "BF16"
        case .bytes: "BYTES"
        }
    }

    /// Bytes of one raw element; nil for BYTES, whose elements vary.
    public var elementBytes: Int? {
        switch self {
        case .bool, .uint8, .int8: 1
        case .uint16, .int16, .fp16, .bf16: 2
        case .uint32, .int32, .fp32: 4
        case .uint64, .int64, .fp64: 8
        case .bytes: nil
        }
    }

    /// The datatype of a name on the wire, or nil.
    public init?(_ name: MessageText) {
        guard name.count <= 8, let found = Self.table.first(where: { $0.key == Self.key(name.bytes) }) else { return nil }
        self = found.datatype
    }

    /// The datatype of a name on the wire, or nil.
    public init?(_ name: String) {
        guard let found = Self.allCases.first(where: { String(describing: $0.name) == name }) else { return nil }
        self = found
    }

    private static let table = allCases.map { (key: key(MessageText($0.name).bytes), datatype: $0) }

    /// Names are shorter than eight bytes: a name is compared as one number.
    private static func key(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var key: UInt64 = 0
        for byte in bytes { key = key << 8 | UInt64(byte) }
        return key
    }
}
