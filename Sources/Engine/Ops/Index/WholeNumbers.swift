import Tensors

/// The elements of a tensor of any numeric type as whole numbers, fractions cut off.
struct WholeNumbers {
    private let tensor: Tensor

    init(_ tensor: Tensor) { self.tensor = tensor }

    static func exist(for type: DataType) -> Bool {
        switch type {
        case .float32, .float64, .float16, .bfloat16, .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64,
            .bool:
            true
        default: false
        }
    }

    /// Element `index`; nil when it is no number or exceeds an `Int`.
    subscript(index: Int) -> Int? {
        switch tensor.dataType {
        case .int64: Int(tensor.pointer(as: Int64.self)[index])
        case .int32: Int(tensor.pointer(as: Int32.self)[index])
        case .int16: Int(tensor.pointer(as: Int16.self)[index])
        case .int8: Int(tensor.pointer(as: Int8.self)[index])
        case .uint64: Int(exactly: tensor.pointer(as: UInt64.self)[index])
        case .uint32: Int(tensor.pointer(as: UInt32.self)[index])
        case .uint16: Int(tensor.pointer(as: UInt16.self)[index])
        case .uint8, .bool: Int(tensor.pointer(as: UInt8.self)[index])
        case .float32: Int(exactly: tensor.pointer(as: Float.self)[index].rounded(.towardZero))
        case .float64: Int(exactly: tensor.pointer(as: Double.self)[index].rounded(.towardZero))
        case .float16: Int(exactly: tensor.pointer(as: Float16.self)[index].rounded(.towardZero))
        case .bfloat16:
            Int(exactly: Float(bitPattern: UInt32(tensor.pointer(as: UInt16.self)[index]) << 16).rounded(.towardZero))
        default: nil
        }
    }
}
