internal import Tensors

/// What QuantizeLinear and DequantizeLinear have in common.
struct QuantizationAttributes: Sendable {
    let node: Node
    let axis: Int
    let blockSize: Int
    let outputType: DataType?

    static let integers: DataTypeSet = [.uint8, .int8, .uint16, .int16, .int32, .uint4, .int4, .uint2, .int2]
    static let quantized = integers.union(.float8).union([.float4E2M1])
    static let scales: DataTypeSet = [.float32, .float16, .bfloat16, .float8E8M0, .int32, .float64]

    init(_ node: Node) throws(EngineError) {
        self.node = node
        axis = try node.int("axis", default: 1)
        blockSize = try node.int("block_size", default: 0)
        guard blockSize >= 0 else { throw node.malformed("attribute 'block_size' is \(blockSize)") }
        // 0 is the format's way to leave a type open.
        outputType = try node.int("output_dtype", default: 0) == 0 ? nil : try node.dataType("output_dtype")
    }

    /// Checks what can be known of the shapes of scale and zero point.
    func check(_ x: Fact, scale: Fact, zeroPoint: Fact?) throws(EngineError) {
        guard let scaleShape = scale.shape else { return }
        if let shape = zeroPoint?.shape, shape.count != scaleShape.count {
            throw node.malformed("a zero point of shape \(shape) does not fit a scale of \(scaleShape)")
        }
        if let shape = x.shape { _ = try grid(shape, scaleShape) }
    }

    func grid(_ x: Shape, _ scale: Shape) throws(EngineError) -> QuantizationGrid {
        try QuantizationGrid(x, scale: scale, axis: axis, blockSize: blockSize, node: node)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> RowAxis {
        for case .mixed(let reason) in inputs { return .mixed(reason) }
        if inputs.dropFirst().contains(where: { $0 != .absent }) { return .mixed("its scale depends on the rows") }
        guard case .axis(let row) = inputs[0] else { return inputs[0] }
        guard facts.count > 1, let scale = facts[1]?.shape, let rank = facts[0]?.rank else {
            return .mixed("the shape of its scale is unknown")
        }
        if scale.count == 1, blockSize == 0 || scale.rank == 0 { return inputs[0] }
        guard blockSize == 0, let axis = try? node.normalizedAxis(axis, rank: rank), axis != row else {
            return .mixed("it has scales along the rows")
        }
        return inputs[0]
    }
}

extension NodeRun {
    /// The zero points of input `index` as floats; `count` zeros when it is left out.
    func zeroPoints(_ index: Int, count: Int) throws(EngineError) -> UnsafePointer<Float> {
        if let tensor = optionalTensor(index) {
            guard tensor.count == count else { throw EngineError(.invalidInput, "\(tensor.count) zero points for \(count) scales") }
            return computed(tensor, as: Float.self)
        }
        let zeros = scratch(byteCount: count * MemoryLayout<Float>.stride).assumingMemoryBound(to: Float.self)
        zeros.update(repeating: 0, count: count)
        return UnsafePointer(zeros)
    }
}
