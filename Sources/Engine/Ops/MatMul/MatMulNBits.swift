internal import Tensors

/// A · B' where B holds 2, 4 or 8 bits an element, in blocks along its inner axis that share a scale and a zero point.
struct MatMulNBits: Operation {
    let node: Node
    let columns: Int
    let inner: Int
    let bits: Int
    let blockSize: Int
    /// B as float32, [columns, inner], once its constants are known.
    var weights: Tensor?

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
        prepared.weights = try dequantized(b, scales, constant(3), constant(4))
        return prepared
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
        let right: Tensor
        if let weights {
            right = weights
        } else {
            right = try dequantized(run.tensor(1), run.tensor(2), run.optionalTensor(3), run.optionalTensor(4))
        }
        let output = run.destination(0, as: Float.self)
        MatMulPlan(a.shape, right.shape, OperandLayout(), OperandLayout(isTransposed: true))
            .run(run, run.elements(a, as: Float.self), right.pointer(as: Float.self), output.elements)
        if let bias = run.optionalElements(5, as: Float.self) {
            for i in 0..<output.tensor.count { output.elements[i] += bias[i % columns] }
        }
        withExtendedLifetime(right) { output.finish() }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        for input in inputs.dropFirst() where input != .absent { return [.mixed("its weights differ from row to row")] }
        guard case .axis(let axis) = inputs[0], let rank = facts[0]?.rank else { return [inputs[0]] }
        return [axis < rank - 1 ? inputs[0] : .mixed("it sums over the rows")]
    }
}
