internal import Tensors

/// Says where two tensors differ.
enum TensorComparison {
    /// What is wrong with `got`, as the end of a sentence, or nil when it is what was expected.
    ///
    /// - Parameter tolerance: for floating point, relative to the largest magnitude of `expected`.
    static func difference(_ got: Tensor, _ expected: Tensor, tolerance: Double) -> String? {
        guard got.dataType == expected.dataType else {
            return "is \(got.dataType.kserveName), expected \(expected.dataType.kserveName)"
        }
        guard got.shape == expected.shape else { return "has shape \(got.shape), expected \(expected.shape)" }
        if got.dataType == .string {
            for index in 0..<got.count where got.strings[index] != expected.strings[index] {
                return "element \(index) is '\(got.strings[index])', expected '\(expected.strings[index])'"
            }
            return nil
        }
        guard let numbers = Self.numbers(of: got), let wanted = Self.numbers(of: expected) else {
            let isEqual = (0..<got.byteCount).allSatisfy {
                got.bytes.load(fromByteOffset: $0, as: UInt8.self) == expected.bytes.load(fromByteOffset: $0, as: UInt8.self)
            }
            return isEqual ? nil : "has other elements"
        }
        let scale = wanted.reduce(0) { $1.isFinite ? max($0, $1.magnitude) : $0 }
        let allowed = got.dataType.isFloatingPoint ? tolerance * max(scale, 1e-30) : 0
        for index in numbers.indices {
            let (left, right) = (numbers[index], wanted[index])
            if left == right || (left.isNaN && right.isNaN) { continue }
            if (left - right).magnitude <= allowed { continue }
            return "element \(index) is \(left), expected \(right) (tolerance \(tolerance))"
        }
        return nil
    }

    /// The elements as doubles; nil for types that are compared by their bits.
    static func numbers(of tensor: Tensor) -> [Double]? {
        switch tensor.dataType {
        case .float32: tensor.elements(as: Float.self).map(Double.init)
        case .float64: tensor.elements(as: Double.self)
        case .float16: tensor.elements(as: UInt16.self).map { Double(HalfPrecision.value(of: $0)) }
        case .bfloat16: tensor.elements(as: UInt16.self).map { Double(Float(bitPattern: UInt32($0) << 16)) }
        case .int8: tensor.elements(as: Int8.self).map(Double.init)
        case .int16: tensor.elements(as: Int16.self).map(Double.init)
        case .int32: tensor.elements(as: Int32.self).map(Double.init)
        case .uint8, .bool: tensor.elements(as: UInt8.self).map(Double.init)
        case .uint16: tensor.elements(as: UInt16.self).map(Double.init)
        case .uint32: tensor.elements(as: UInt32.self).map(Double.init)
        default: nil
        }
    }
}
