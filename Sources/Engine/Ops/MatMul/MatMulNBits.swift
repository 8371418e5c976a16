internal import Kernels
internal import Tensors

/// A · B' where B holds 2, 4 or 8 bits an element, in blocks along its inner axis that share a scale and a zero point.
struct MatMulNBits: Operation {
    let node: Node
    let columns: Int
    let inner: Int
    let bits: Int
    let blockSize: Int
    /// B, once its constants are known.
    var weights: Weights?

    enum Weights: Sendable {
        /// As it is, for the kernels that take it so.
        case quantized(BlockQuantization, Tensor)
        case dense(PackedMatrices)
    }

    static let entries: [OperatorEntry] = [
        OperatorEntry("MatMulNBits", domain: "com.microsoft") { node throws(EngineError) in try MatMulNBits(node) }
    ]

    init(_ node: Node) throws(EngineError) {
        self.node = node
        columns = try node.required("N", try node.int("N"))
        inner = try node.required("K", try node.int("K"))
        bits = try node.int("bits", default: 4)
        blockSize = try node.required("block_size", try node.int("block_size"))
        guard [2, 4, 8].contains(bits) else { throw node.unsupported("\(bits) bits an element") }
        guard columns > 0, inner > 0, blockSize >= 16, blockSize <= 1 << 16, blockSize & (blockSize - 1) == 0,
            Shape(checking: [columns, inner, 64]) != nil
        else { throw node.malformed("N is \(columns), K is \(inner) and block_size is \(blockSize)") }
    }

    private var blocks: Int { (inner + blockSize - 1) / blockSize }
    private var bytesPerBlock: Int { blockSize * bits / 8 }
    private var zeroBytesPerColumn: Int { (blocks * bits + 7) / 8 }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let a = try node.tensorFact(inputs, 0, "A", .floating)
        let b = try node.tensorFact(inputs, 1, "B", [.uint8])
        let scales = try node.tensorFact(inputs, 2, "scales", .floating)
        let zeros = try node.optionalTensorFact(inputs, 3, "zero_points", [.uint8] + .floating)
        let order = try node.optionalTensorFact(inputs, 4, "g_idx", [.int32])
        let bias = try node.optionalTensorFact(inputs, 5, "bias", .floating)
        try checkCount(b, "B", columns * blocks * bytesPerBlock)
        try checkCount(scales, "scales", columns * blocks)
        try checkCount(zeros, "zero_points", columns * (zeros?.dataType == .uint8 ? zeroBytesPerColumn : blocks))
        try checkCount(bias, "bias", columns)
        if let count = order?.shape?.count, count < inner {
            throw node.malformed("input 'g_idx' has \(count) elements for K = \(inner)")
        }
        guard let dims = a.dims else { return [Fact(type: a.type)] }
        guard let last = dims.last else { throw node.malformed("input 'A' must not be a scalar") }
        try node.checkExtent(last, .known(inner), "the last extent of input 'A'")
        return [try node.outputFact(a.dataType ?? .float32, dims.dropLast() + [.known(columns)])]
    }

    private func checkCount(_ fact: Fact?, _ label: String, _ expected: Int) throws(EngineError) {
        guard let count = fact?.shape?.count, count != expected else { return }
        throw node.malformed("input '\(label)' must have \(expected) elements, not \(count)")
    }

    func prepare(_ inputs: [Fact?]) throws(EngineError) -> (any Operation)? {
        func constant(_ index: Int) -> Tensor? { index < inputs.count ? inputs[index]?.value : nil }
        func isLeftOut(_ index: Int) -> Bool { index >= inputs.count || inputs[index] == nil }
        guard weights == nil, let b = constant(1), let scales = constant(2), isLeftOut(3) || constant(3) != nil,
            isLeftOut(4) || constant(4) != nil
        else { return nil }
        var prepared = self
        if bits != 2, constant(3).map({ $0.dataType == .uint8 }) ?? true, isLeftOut(4) {
            prepared.weights = packed(b, scales, constant(3))
        } else {
            prepared.weights = PackedMatrices(try dequantized(b, scales, constant(3), constant(4)), Self.layout).map { .dense($0) }
        }
        return prepared
    }

    private static let layout = OperandLayout(isTransposed: true)

    private func packed(_ b: Tensor, _ scales: Tensor, _ zeros: Tensor?) -> Weights {
        let layout = BlockQuantization(bits: bits, blockSize: blockSize)
        let kernels = Kernels.table.blockQuantized
        let storage = Tensor(dataType: .uint8, shape: [kernels.packedBytes(layout, inner, columns)])
        scales.floats.withUnsafeBufferPointer { scales in
            guard let scales = scales.baseAddress else { return }
            kernels.packB(
                layout, b.pointer(as: UInt8.self), scales, zeros?.pointer(as: UInt8.self), inner, columns, storage.mutableBytes)
        }
        return .quantized(layout, storage)
    }

    /// B as float32, [columns, inner].
    private func dequantized(_ b: Tensor, _ scales: Tensor, _ zeros: Tensor?, _ order: Tensor?) throws(EngineError) -> Tensor {
        let result = Tensor(dataType: .float32, shape: [columns, inner])
        let (target, packed) = (result.mutablePointer(as: Float.self), b.pointer(as: UInt8.self))
        let scale = scales.floats
        let zero = zeroPoints(zeros)
        let group: [Int32]? = order?.elements(as: Int32.self)
        if let wrong = group?.prefix(inner).first(where: { $0 < 0 || $0 >= blocks }) {
            throw node.malformed("input 'g_idx' names block \(wrong) of \(blocks)")
        }
        for column in 0..<columns {
            let line = packed + column * blocks * bytesPerBlock
            for k in 0..<inner {
                let value = Self.unpack(line, k, bits)
                let block = column * blocks + (group.map { Int($0[k]) } ?? k / blockSize)
                target[column * inner + k] = (Float(value) - zero[block]) * scale[block]
            }
        }
        return result
    }

    /// One for each column and block.
    private func zeroPoints(_ zeros: Tensor?) -> [Float] {
        guard let zeros else { return [Float](repeating: Float(1 << (bits - 1)), count: columns * blocks) }
        var result = [Float](repeating: 0, count: columns * blocks)
        if zeros.dataType != .uint8 { return zeros.floats }
        let packed = zeros.pointer(as: UInt8.self)
        for column in 0..<columns {
            for block in 0..<blocks {
                result[column * blocks + block] = Float(Self.unpack(packed + column * zeroBytesPerColumn, block, bits))
            }
        }
        return result
    }

    /// Element `index` of a packed line; the lowest bits of a byte come first.
    @inline(__always)
    private static func unpack(_ line: UnsafePointer<UInt8>, _ index: Int, _ bits: Int) -> UInt8 {
        let position = index * bits
        return (line[position >> 3] >> UInt8(position & 7)) & UInt8((1 << bits) - 1)
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let a = run.tensor(0)
        let output = run.destination(0, as: Float.self)
        let left = run.elements(a, as: Float.self)
        var epilogue = Epilogue()
        epilogue.columnBias = run.optionalElements(5, as: Float.self)
        let plan = MatMulPlan(a.shape, [columns, inner], OperandLayout(), Self.layout)
        switch weights {
        case .quantized(let layout, let storage)?: multiply(run, plan, left, layout, storage, epilogue, output.elements)
        case .dense(let matrices)?: multiply(run, plan, left, matrices.operand, epilogue, output.elements)
        case nil:
            let right = try dequantized(run.tensor(1), run.tensor(2), run.optionalTensor(3), run.optionalTensor(4))
            multiply(run, plan, left, .elements(right.pointer(as: Float.self)), epilogue, output.elements)
            withExtendedLifetime(right) {}
        }
        output.finish()
    }

    private func multiply(
        _ run: NodeRun, _ plan: MatMulPlan, _ a: UnsafePointer<Float>, _ b: RightOperand<Float>, _ epilogue: Epilogue,
        _ c: UnsafeMutablePointer<Float>
    ) {
        plan.run(run, a, b, c) { problem, a, b, c, _, column in
            var block = epilogue
            block.columnBias = epilogue.columnBias.map { $0 + column }
            Float.multiply(problem, a, packed: b, c, block)
        }
    }

    private func multiply(
        _ run: NodeRun, _ plan: MatMulPlan, _ a: UnsafePointer<Float>, _ layout: BlockQuantization, _ storage: Tensor, _ epilogue: Epilogue,
        _ c: UnsafeMutablePointer<Float>
    ) {
        let kernels = Kernels.table.blockQuantized
        let block = 64
        run.parallel((plan.m + block - 1) / block, costPerPiece: 2 &* block &* inner &* columns) { pieces in
            LaneScratch.with(Float.self, count: kernels.scratchFloats(block, columns, inner)) { scratch in
                for piece in pieces {
                    let first = piece * block
                    let call = GemmF32(
                        rows: min(block, plan.m - first), columns: columns, depth: inner, a: a + first * plan.aStrides.row,
                        aRowStride: plan.aStrides.row, aDepthStride: plan.aStrides.column,
                        packedB: UnsafePointer(c), c: c + first * columns, cRowStride: columns, epilogue: epilogue, scratch: scratch)
                    kernels.multiply(call, layout, storage.bytes)
                }
            }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        for input in inputs.dropFirst() where input != .absent { return [.mixed("its weights differ from row to row")] }
        guard case .axis(let axis) = inputs[0], let rank = facts[0]?.rank else { return [inputs[0]] }
        return [axis < rank - 1 ? inputs[0] : .mixed("it sums over the rows")]
    }
}
