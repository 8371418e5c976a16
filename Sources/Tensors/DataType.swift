/// The type of one element of a tensor. The cases cover ONNX, KServe v2 and TensorFlow Serving.
///
/// Types narrower than a byte (`int4`, `uint4`, `int2`, `uint2`, `float4E2M1`) are held one element a byte in memory;
/// packing is a matter of the formats that pack them.
public enum DataType: UInt8, Sendable, CaseIterable, Hashable {
    case bool
    case uint8, uint16, uint32, uint64
    case int8, int16, int32, int64
    case float16, float32, float64, bfloat16
    case string
    case complex64, complex128
    case float8E4M3FN, float8E4M3FNUZ, float8E5M2, float8E5M2FNUZ, float8E8M0
    case uint4, int4, float4E2M1, uint2, int2
}

extension DataType {
    /// Bytes that one element takes in memory; 0 for `string`, whose elements vary.
    @inlinable
    public var byteWidth: Int {
        switch self {
        case .string: 0
        case .bool, .uint8, .int8, .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ, .float8E8M0,
            .uint4, .int4, .float4E2M1, .uint2, .int2:
            1
        case .uint16, .int16, .float16, .bfloat16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64, .complex64: 8
        case .complex128: 16
        }
    }

    @inlinable
    public var isFloatingPoint: Bool {
        switch self {
        case .float16, .float32, .float64, .bfloat16, .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ,
            .float8E8M0, .float4E2M1:
            true
        default: false
        }
    }

    @inlinable
    public var isSignedInteger: Bool {
        switch self {
        case .int8, .int16, .int32, .int64, .int4, .int2: true
        default: false
        }
    }

    @inlinable
    public var isUnsignedInteger: Bool {
        switch self {
        case .uint8, .uint16, .uint32, .uint64, .uint4, .uint2: true
        default: false
        }
    }

    @inlinable
    public var isInteger: Bool { isSignedInteger || isUnsignedInteger }
}

extension DataType: CustomStringConvertible {
    /// The name as error messages print it, such as `float32`.
    public var description: String {
        switch self {
        case .bool: "bool"
        case .uint8: "uint8"
        case .uint16: "uint16"
        case .uint32: "uint32"
        case .uint64: "uint64"
        case .int8: "int8"
        case .int16: "int16"
        case .int32: "int32"
        case .int64: "int64"
        case .float16: "float16"
        case .float32: "float32"
        case .float64: "float64"
        case .bfloat16: "bfloat16"
        case .string: "string"
        case .complex64: "complex64"
        case .complex128: "complex128"
        case .float8E4M3FN: "float8e4m3fn"
        case .float8E4M3FNUZ: "float8e4m3fnuz"
        case .float8E5M2: "float8e5m2"
        case .float8E5M2FNUZ: "float8e5m2fnuz"
        case .float8E8M0: "float8e8m0"
        case .uint4: "uint4"
        case .int4: "int4"
        case .float4E2M1: "float4e2m1"
        case .uint2: "uint2"
        case .int2: "int2"
        }
    }
}
