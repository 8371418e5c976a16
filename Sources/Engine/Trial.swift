internal import Tensors

/// Loads and runs models that may be anything, under bounds tight enough for a small machine: for fuzzers and linters.
public enum Trial {
    /// Bounds that make any model cheap to try.
    public static var limits: EngineLimits {
        var limits = EngineLimits()
        limits.importing.tensorBytes = 32 << 10
        limits.importing.nodes = 2000
        limits.importing.depth = 16
        limits.planBytes = 512 << 10
        limits.foldedBytes = 128 << 10
        limits.loopIterations = 100
        return limits
    }

    /// Loads the model and, if that goes well, runs it on inputs made up from its signature. Whatever is wrong is thrown.
    ///
    /// - Parameter isNative: the bytes are of a format that ``NativeModel`` reads.
    public static func attempt(_ bytes: [UInt8], isNative: Bool = false, optimise: Bool = true) throws(EngineError) {
        var options = LoadOptions()
        options.optimise = optimise
        options.limits = limits
        let model = isNative ? try Model.load(native: bytes, options: options) : try Model.load(bytes: bytes, options: options)
        for extent in [1, 2] {
            var inputs: [Value] = []
            for port in model.signature.inputs { inputs.append(try example(port.type, port.dims, extent: extent)) }
            _ = try model.run(inputs)
        }
    }

    /// A value of the type; open extents are `extent`, elements count up from 0.
    public static func example(_ type: ValueType, _ dims: [Dim]?, extent: Int) throws(EngineError) -> Value {
        switch type {
        case .tensor(let dataType):
            let extents = (dims ?? [.unknown]).map { $0.value ?? extent }
            guard let shape = Shape(checking: extents), shape.count <= limits.importing.tensorBytes / 16 else {
                throw EngineError(.resourceExhausted, "inputs of shape \(extents) are too large to try")
            }
            if dataType == .string {
                return .tensor(Tensor(strings: (0..<shape.count).map { ByteString(String($0)) }, shape: shape))
            }
            let tensor = Tensor(dataType: dataType, shape: shape)
            fill(tensor)
            return .tensor(tensor)
        case .sequence(let element):
            return .sequence([try example(element, nil, extent: extent)], element: element)
        case .optional(let wrapped): return try example(wrapped, nil, extent: extent)
        case .map(let key, let value):
            return .map([(try example(.tensor(key), [], extent: 1), try example(value, [], extent: 1))], type: type)
        }
    }

    private static func fill(_ tensor: Tensor) {
        for index in 0..<tensor.count {
            let target = tensor.mutableBytes + index * tensor.dataType.byteWidth
            switch tensor.dataType {
            case .float32: target.storeBytes(of: Float(index), as: Float.self)
            case .float64: target.storeBytes(of: Double(index), as: Double.self)
            case .int64, .uint64: target.storeBytes(of: Int64(index), as: Int64.self)
            case .int32, .uint32: target.storeBytes(of: Int32(truncatingIfNeeded: index), as: Int32.self)
            case .bool, .int2, .uint2: target.storeBytes(of: UInt8(index & 1), as: UInt8.self)
            case .int4, .uint4, .float4E2M1: target.storeBytes(of: UInt8(index & 7), as: UInt8.self)
            default: target.initializeMemory(as: UInt8.self, repeating: UInt8(index & 0x3F), count: tensor.dataType.byteWidth)
            }
        }
    }
}
