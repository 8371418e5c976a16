internal import Engine
internal import Tensors

/// Inputs for a model that nobody gave any: small random numbers, the same at every start.
struct SampleInputs {
    var shapes: [String: [Int]]
    /// Integer inputs whose every element has a given value.
    var values: [String: Int]
    var batch: Int

    func make(for signature: Signature) throws(EngineError) -> [Tensor] {
        var generator = SplitMix64(state: 0)
        var tensors: [Tensor] = []
        for port in signature.inputs {
            guard case .tensor(let dataType) = port.type else {
                throw EngineError(.unsupported, "only tensors can be made up, this is a \(port.type)", place: "input '\(port.name)'")
            }
            let dims = shapes[port.name] ?? (port.dims ?? []).enumerated().map { axis, dim in dim.value ?? (axis == 0 ? batch : 1) }
            guard let shape = Shape(checking: dims) else {
                throw EngineError(.invalidInput, "shape \(dims) is not one", place: "input '\(port.name)'")
            }
            tensors.append(fill(Tensor(dataType: dataType, shape: shape), port.name, with: &generator))
        }
        return tensors
    }

    private func fill(_ tensor: Tensor, _ name: String, with generator: inout SplitMix64) -> Tensor {
        // Integers are mostly indices and masks: 0 and 1 are in range nearly everywhere.
        for index in 0..<tensor.count {
            let draw = generator.next()
            let real = Double(draw >> 11) * 0x1p-53 * 2 - 1
            switch tensor.dataType {
            case .float32: tensor.mutablePointer(as: Float.self)[index] = Float(real)
            case .float64: tensor.mutablePointer(as: Double.self)[index] = real
            case .float16: tensor.mutablePointer(as: Float16.self)[index] = Float16(real)
            case .int64: tensor.mutablePointer(as: Int64.self)[index] = Int64(values[name] ?? Int(draw & 1))
            case .int32: tensor.mutablePointer(as: Int32.self)[index] = Int32(truncatingIfNeeded: values[name] ?? Int(draw & 1))
            case .string: break
            default:
                let width = tensor.dataType.byteWidth
                for byte in 0..<width { tensor.mutablePointer(as: UInt8.self)[index * width + byte] = byte == 0 ? UInt8(draw & 1) : 0 }
            }
        }
        if tensor.dataType == .string { tensor.setStrings((0..<tensor.count).map { ByteString("s\($0)") }) }
        return tensor
    }
}

/// Sebastiano Vigna's SplitMix64.
struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
