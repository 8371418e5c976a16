internal import Tensors

extension DataType {
    /// The type that the format's `TensorProto.DataType` numbers so; nil for a number that this build does not know.
    init?(onnx number: Int32) {
        switch number {
        case 1: self = .float32
        case 2: self = .uint8
        case 3: self = .int8
        case 4: self = .uint16
        case 5: self = .int16
        case 6: self = .int32
        case 7: self = .int64
        case 8: self = .string
        case 9: self = .bool
        case 10: self = .float16
        case 11: self = .float64
        case 12: self = .uint32
        case 13: self = .uint64
        case 14: self = .complex64
        case 15: self = .complex128
        case 16: self = .bfloat16
        case 17: self = .float8E4M3FN
        case 18: self = .float8E4M3FNUZ
        case 19: self = .float8E5M2
        case 20: self = .float8E5M2FNUZ
        case 21: self = .uint4
        case 22: self = .int4
        case 23: self = .float4E2M1
        case 24: self = .float8E8M0
        case 25: self = .uint2
        case 26: self = .int2
        default: return nil
        }
    }

    /// Elements that share one byte in packed formats; 1 for every type of a byte or more.
    var elementsPerPackedByte: Int {
        switch self {
        case .uint4, .int4, .float4E2M1: 2
        case .uint2, .int2: 4
        default: 1
        }
    }
}
