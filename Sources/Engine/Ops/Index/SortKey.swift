import Tensors

/// Integers in the order of the elements that they stand for: sorting and comparing need no more than these, whatever the type.
///
/// Numbers that are equal have equal keys; all values that are not numbers share the largest key.
enum SortKey {
    /// False for strings and complex numbers, which have no keys.
    static func exists(for type: DataType) -> Bool {
        switch type {
        case .string, .complex64, .complex128: false
        default: true
        }
    }

    /// Writes the key of element `offset + i * stride` of `tensor` to `keys[i]`.
    static func fill(
        _ keys: UnsafeMutablePointer<Int64>, count: Int, from tensor: Tensor, offset: Int, stride: Int
    ) {
        switch tensor.dataType {
        case .float32: copy(keys, count, tensor.pointer(as: Float.self) + offset, stride) { key($0) }
        case .float64: copy(keys, count, tensor.pointer(as: Double.self) + offset, stride) { key($0) }
        case .float16: copy(keys, count, tensor.pointer(as: Float16.self) + offset, stride) { key(Float($0)) }
        case .bfloat16:
            copy(keys, count, tensor.pointer(as: UInt16.self) + offset, stride) {
                key(Float(bitPattern: UInt32($0) << 16))
            }
        case .int64: copy(keys, count, tensor.pointer(as: Int64.self) + offset, stride) { $0 }
        case .int32: copy(keys, count, tensor.pointer(as: Int32.self) + offset, stride) { Int64($0) }
        case .int16: copy(keys, count, tensor.pointer(as: Int16.self) + offset, stride) { Int64($0) }
        case .int8, .int4, .int2: copy(keys, count, tensor.pointer(as: Int8.self) + offset, stride) { Int64($0) }
        case .uint64:
            copy(keys, count, tensor.pointer(as: UInt64.self) + offset, stride) { Int64(bitPattern: $0 ^ 1 << 63) }
        case .uint32: copy(keys, count, tensor.pointer(as: UInt32.self) + offset, stride) { Int64($0) }
        case .uint16: copy(keys, count, tensor.pointer(as: UInt16.self) + offset, stride) { Int64($0) }
        default: copy(keys, count, tensor.pointer(as: UInt8.self) + offset, stride) { Int64($0) }
        }
    }

    @inline(__always)
    private static func copy<Element>(
        _ keys: UnsafeMutablePointer<Int64>, _ count: Int, _ source: UnsafePointer<Element>, _ stride: Int,
        _ key: (Element) -> Int64
    ) {
        for index in 0..<count { keys[index] = key(source[index * stride]) }
    }

    @inline(__always)
    private static func key(_ value: Float) -> Int64 {
        if value.isNaN { return .max }
        if value == 0 { return 0 }
        let bits = Int32(bitPattern: value.bitPattern)
        return Int64(bits < 0 ? bits ^ .max : bits)
    }

    @inline(__always)
    private static func key(_ value: Double) -> Int64 {
        if value.isNaN { return .max }
        if value == 0 { return 0 }
        let bits = Int64(bitPattern: value.bitPattern)
        return bits < 0 ? bits ^ .max : bits
    }
}
