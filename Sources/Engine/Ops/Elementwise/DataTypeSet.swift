internal import Tensors

/// The element types that an operator takes.
struct DataTypeSet: Sendable, Hashable {
    private var bits: UInt32

    init(_ types: [DataType]) { bits = types.reduce(0) { $0 | 1 << UInt32($1.rawValue) } }
    private init(bits: UInt32) { self.bits = bits }

    func contains(_ type: DataType) -> Bool { bits & (1 << UInt32(type.rawValue)) != 0 }
    func union(_ other: DataTypeSet) -> DataTypeSet { DataTypeSet(bits: bits | other.bits) }

    static let bool: DataTypeSet = [.bool]
    static let string: DataTypeSet = [.string]
    static let int64: DataTypeSet = [.int64]
    static let reals: DataTypeSet = [.float32, .float64, .float16, .bfloat16]
    static let float8: DataTypeSet = [.float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ]
    static let signedIntegers: DataTypeSet = [.int8, .int16, .int32, .int64]
    static let unsignedIntegers: DataTypeSet = [.uint8, .uint16, .uint32, .uint64]
    static let integers = signedIntegers.union(unsignedIntegers)
    static let numbers = integers.union(reals)
    static let numbersAndBool = numbers.union(.bool)
    /// Everything that has a numeric reading.
    static let numeric = numbersAndBool.union(.float8)
        .union([.float8E8M0, .float4E2M1, .int4, .uint4, .int2, .uint2])
    static let all = DataTypeSet(DataType.allCases)
}

extension DataTypeSet: ExpressibleByArrayLiteral {
    init(arrayLiteral elements: DataType...) { self.init(elements) }
}

extension DataTypeSet: CustomStringConvertible {
    var description: String { DataType.allCases.filter(contains).map(\.description).joined(separator: ", ") }
}
