internal import Glibc
internal import Tensors

extension Tensor {
    /// All zeros, or empty strings.
    init(zerosOf dataType: DataType, shape: Shape) {
        self.init(dataType: dataType, shape: shape)
        if dataType != .string { memset(mutableBytes, 0, byteCount) }
    }

    /// Numbers that look random and are the same every time: floats from 0 to 1, integers from 0 to 1, random letters.
    init(noiseOf dataType: DataType, shape: Shape) {
        self.init(zerosOf: dataType, shape: shape)
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
        switch dataType {
        case .float32:
            for index in 0..<count { mutablePointer(as: Float.self)[index] = Float(next() >> 40) / Float(1 << 24) }
        case .float64:
            for index in 0..<count { mutablePointer(as: Double.self)[index] = Double(next() >> 11) / Double(1 << 53) }
        case .string:
            setStrings((0..<count).map { _ in ByteString(bytes: [UInt8(ascii: "a") + UInt8(next() % 26)]) })
        case .float16, .bfloat16, .complex64, .complex128:
            break
        default:
            // Little-endian: the lowest byte alone makes a small number of any integer type.
            for index in 0..<count { mutableBytes.storeBytes(of: UInt8(next() & 1), toByteOffset: index * dataType.byteWidth, as: UInt8.self) }
        }
    }
}
