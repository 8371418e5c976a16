internal import Tensors

/// Scale and zero point of a whole 8-bit tensor.
struct ByteQuantization {
    let scale: Float
    let zero: Float

    /// Reads them from inputs `scaleIndex` and the one behind it, which may be left out.
    init(_ run: NodeRun, _ scaleIndex: Int, node: Node) throws(EngineError) {
        let scale = run.tensor(scaleIndex)
        let zero = run.optionalTensor(scaleIndex + 1)
        guard scale.count == 1, zero == nil || zero?.count == 1 else {
            throw EngineError(.invalidInput, "scale and zero point must be scalars", place: node.place)
        }
        self.scale = scale.pointer(as: Float.self)[0]
        self.zero = zero.map { run.computed($0, as: Float.self)[0] } ?? 0
    }

    /// Checks the facts of inputs `scaleIndex` and the one behind it.
    static func check(_ inputs: [Fact?], _ scaleIndex: Int, type: Fact, node: Node) throws(EngineError) {
        let scale = try node.operand(inputs, scaleIndex, of: [.float32])
        if let shape = scale.shape, shape.count != 1 { throw node.malformed("scale \(scaleIndex) must be a scalar, has shape \(shape)") }
        if scaleIndex + 1 < inputs.count, inputs[scaleIndex + 1] != nil {
            let zero = try node.operand(inputs, scaleIndex + 1, like: type)
            if let shape = zero.shape, shape.count != 1 {
                throw node.malformed("zero point \(scaleIndex + 1) must be a scalar, has shape \(shape)")
            }
        }
    }

    static let types: DataTypeSet = [.uint8, .int8]

    /// The values of all 256 codes of an 8-bit type.
    func table(_ type: DataType) -> [Float] {
        (0..<256).map { code in
            let number = type == .int8 ? Float(Int8(truncatingIfNeeded: code)) : Float(code)
            return (number - zero) * scale
        }
    }

    /// The code of the nearest value that the type holds.
    @inline(__always)
    func code(_ value: Float, _ type: DataType) -> UInt8 {
        let (low, high): (Float, Float) = type == .int8 ? (-128, 127) : (0, 255)
        return UInt8(truncatingIfNeeded: QuantizedRow.rounded(value / scale, low - zero, high - zero) &+ Int32(zero))
    }

    func dequantize(_ x: UnsafePointer<UInt8>, _ type: DataType, into y: UnsafeMutablePointer<Float>, count: Int) {
        QuantizedRow.dequantizeBytes(x, type, scale, zero, y, count)
    }

    func quantize(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<UInt8>, _ type: DataType, count: Int) {
        QuantizedRow.quantizeBytes(x, scale, zero, y, type, count)
    }
}
