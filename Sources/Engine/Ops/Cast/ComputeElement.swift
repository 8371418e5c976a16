internal import Tensors

/// The types that operators compute in.
///
/// Tensors of every other numeric type are converted to one of these a block at a time, and what comes out is rounded
/// (floats, to nearest even) or wrapped (integers) once. So an operator is written for four types at most.
protocol ComputeElement: BitwiseCopyable, Sendable, Comparable {
    /// Whether a tensor of `dataType` holds its elements exactly as this type.
    static func isStorage(of dataType: DataType) -> Bool

    /// The data type that ``ElementConversion`` writes to get elements of this type.
    static var storage: DataType { get }

    static var zero: Self { get }
}

extension Float: ComputeElement {
    static func isStorage(of dataType: DataType) -> Bool { dataType == .float32 }
    static var storage: DataType { .float32 }
}

extension Double: ComputeElement {
    static func isStorage(of dataType: DataType) -> Bool { dataType == .float64 }
    static var storage: DataType { .float64 }
}

extension Int64: ComputeElement {
    static func isStorage(of dataType: DataType) -> Bool { dataType == .int64 }
    static var storage: DataType { .int64 }
}

/// For those operators that are quick with it; ``ComputeKind`` does not name it.
extension Int32: ComputeElement {
    static func isStorage(of dataType: DataType) -> Bool { dataType == .int32 }
    static var storage: DataType { .int32 }
}

extension UInt64: ComputeElement {
    static func isStorage(of dataType: DataType) -> Bool { dataType == .uint64 }
    static var storage: DataType { .uint64 }
}

/// Truth values: 0 is false, whatever else is true, and only 0 and 1 are ever written.
extension UInt8: ComputeElement {
    static func isStorage(of dataType: DataType) -> Bool { dataType == .bool || dataType == .uint8 }
    static var storage: DataType { .uint8 }
}

/// Which of the compute types stands for a data type.
enum ComputeKind: Sendable {
    case float, double, signed, unsigned
}

extension DataType {
    /// The type that elements of this type are computed in; nil for strings and complex numbers.
    var computeKind: ComputeKind? {
        switch self {
        case .float32, .float16, .bfloat16, .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ, .float8E8M0,
            .float4E2M1:
            .float
        case .float64: .double
        case .int8, .int16, .int32, .int64, .int4, .int2: .signed
        case .bool, .uint8, .uint16, .uint32, .uint64, .uint4, .uint2: .unsigned
        case .string, .complex64, .complex128: nil
        }
    }
}
