import Tensors

/// The elements of a real tensor as doubles, whatever its type.
struct RealElements {
    private let tensor: Tensor

    /// - Parameter tensor: of a type that ``exist(for:)`` accepts.
    init(_ tensor: Tensor) { self.tensor = tensor }

    static func exist(for type: DataType) -> Bool {
        switch type {
        case .float32, .float64, .float16, .bfloat16, .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64:
            true
        default: false
        }
    }

    /// Reads element `index`; writing rounds to the nearest, or towards zero and clamped for integers. Writing is only for
    /// whoever made the tensor.
    subscript(index: Int) -> Double {
        get {
            switch tensor.dataType {
            case .float32: Double(tensor.pointer(as: Float.self)[index])
            case .float64: tensor.pointer(as: Double.self)[index]
            case .float16: Double(tensor.pointer(as: Float16.self)[index])
            case .bfloat16: Double(Float(bitPattern: UInt32(tensor.pointer(as: UInt16.self)[index]) << 16))
            case .int8: Double(tensor.pointer(as: Int8.self)[index])
            case .int16: Double(tensor.pointer(as: Int16.self)[index])
            case .int32: Double(tensor.pointer(as: Int32.self)[index])
            case .int64: Double(tensor.pointer(as: Int64.self)[index])
            case .uint8: Double(tensor.pointer(as: UInt8.self)[index])
            case .uint16: Double(tensor.pointer(as: UInt16.self)[index])
            case .uint32: Double(tensor.pointer(as: UInt32.self)[index])
            case .uint64: Double(tensor.pointer(as: UInt64.self)[index])
            default: 0
            }
        }
        nonmutating set {
            switch tensor.dataType {
            case .float32: tensor.mutablePointer(as: Float.self)[index] = Float(newValue)
            case .float64: tensor.mutablePointer(as: Double.self)[index] = newValue
            case .float16: tensor.mutablePointer(as: Float16.self)[index] = Float16(newValue)
            case .bfloat16: tensor.mutablePointer(as: UInt16.self)[index] = Float(newValue).brainBits
            case .int8: tensor.mutablePointer(as: Int8.self)[index] = Self.whole(newValue)
            case .int16: tensor.mutablePointer(as: Int16.self)[index] = Self.whole(newValue)
            case .int32: tensor.mutablePointer(as: Int32.self)[index] = Self.whole(newValue)
            case .int64: tensor.mutablePointer(as: Int64.self)[index] = Self.whole(newValue)
            case .uint8: tensor.mutablePointer(as: UInt8.self)[index] = Self.whole(newValue)
            case .uint16: tensor.mutablePointer(as: UInt16.self)[index] = Self.whole(newValue)
            case .uint32: tensor.mutablePointer(as: UInt32.self)[index] = Self.whole(newValue)
            case .uint64: tensor.mutablePointer(as: UInt64.self)[index] = Self.whole(newValue)
            default: break
            }
        }
    }

    private static func whole<T: FixedWidthInteger>(_ value: Double) -> T {
        if value.isNaN { return 0 }
        return T(exactly: value.rounded(.towardZero)) ?? (value < 0 ? .min : .max)
    }
}
