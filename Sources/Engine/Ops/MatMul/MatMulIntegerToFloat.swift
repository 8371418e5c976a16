internal import Kernels
internal import Tensors

/// The product of 8-bit matrices in float32; the left one is given quantised, or quantised here as a whole.
struct MatMulIntegerToFloat: Operation {
    let node: Node
    /// The left operand is float32 and one scale over all of it is found at run time.
    let quantizesLeft: Bool
    /// The right operand, when it is a constant.
    var packed: PackedIntegerMatrices?

    static let entries: [OperatorEntry] = [
        OperatorEntry("MatMulIntegerToFloat", domain: "com.microsoft") { node throws(EngineError) in
            MatMulIntegerToFloat(node: node, quantizesLeft: false)
        },
        OperatorEntry("DynamicQuantizeMatMul", domain: "com.microsoft") { node throws(EngineError) in
            MatMulIntegerToFloat(node: node, quantizesLeft: true)
        },
    ]

    /// Positions of the inputs.
    private var positions: (aScale: Int, bScale: Int, aZero: Int, bZero: Int, bias: Int) {
        quantizesLeft ? (-1, 2, -1, 3, 4) : (2, 3, 4, 5, 6)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let a = try node.tensorFact(inputs, 0, "A", quantizesLeft ? [.float32] : Node.eightBit)
        let b = try node.tensorFact(inputs, 1, "B", Node.eightBit)
        let bScale = try node.tensorFact(inputs, positions.bScale, "b_scale", [.float32])
        let bZero = try node.optionalTensorFact(inputs, positions.bZero, "b_zero_point", Node.eightBit)
        let bias = try node.optionalTensorFact(inputs, positions.bias, "bias", [.float32])
        var aZero: Fact?
        if !quantizesLeft {
            let aScale = try node.tensorFact(inputs, positions.aScale, "a_scale", [.float32])
            aZero = try node.optionalTensorFact(inputs, positions.aZero, "a_zero_point", Node.eightBit)
            for (fact, label) in [(aScale, "a_scale"), (aZero, "a_zero_point")] {
                if let count = fact?.shape?.count, count != 1 { throw node.malformed("input '\(label)' must have one element, not \(count)") }
            }
        }
        let dims = try QuantizedOperands.output(node, a, b, aZero, bZero)
        if let right = b.dims { try QuantizedOperands.check(node, bScale, "b_scale", right, right.count - 1) }
        if let n = dims?.last { try node.checkDims(bias, [n], "bias") }
        return [try node.outputFact(.float32, dims)]
    }

    func prepare(_ inputs: [Fact?]) throws(EngineError) -> (any Operation)? {
        guard packed == nil, inputs.count > 1, let matrices = PackedIntegerMatrices(inputs[1]?.value) else { return nil }
        var prepared = self
        prepared.packed = matrices
        return prepared
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let (a, b) = (run.tensor(0), run.tensor(1))
        let plan = MatMulPlan(a.shape, b.shape, OperandLayout(), OperandLayout())
        let output = run.output(0)
        let sums = run.scratch(Int32.self, count: output.count)
        var left = a
        var zero = positions.aZero >= 0 ? run.optionalTensor(positions.aZero) : nil
        var aScale: Float = 1
        if quantizesLeft {
            (left, aScale, zero) = DynamicQuantization.quantize(a)
        } else {
            aScale = run.tensor(positions.aScale).pointer(as: Float.self)[0]
        }
        IntegerMultiply.run(
            run, plan, IntegerOperand(left, zeroPoint: zero), IntegerOperand(b, zeroPoint: run.optionalTensor(positions.bZero)),
            packed: packed, sums)
        withExtendedLifetime(left) {}
        let scales = run.tensor(positions.bScale)
        let (bScale, scaleCount) = (scales.pointer(as: Float.self), scales.count)
        let bias = run.optionalTensor(positions.bias)?.pointer(as: Float.self)
        let (n, y) = (max(plan.n, 1), output.mutablePointer(as: Float.self))
        let rowsPerBatch = a.shape.rank > 1 ? max(a.shape[a.shape.rank - 2], 1) : 1
        run.parallel(output.count / n, costPerPiece: 4 &* n) { rows in
            for row in rows {
                let first = scaleCount > n ? (row / rowsPerBatch * n) % scaleCount : 0
                for j in 0..<n {
                    let value = Float(sums[row * n + j]) * (aScale * bScale[scaleCount == 1 ? 0 : first + j])
                    y[row * n + j] = bias.map { value + $0[j] } ?? value
                }
            }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if quantizesLeft, inputs[0] != .absent { return [.mixed("it quantises the whole tensor with one scale")] }
        return [QuantizedOperands.rows(inputs, facts, a: 0, b: 1, perRow: [])]
    }
}

/// Quantisation to uint8 with one scale over the whole tensor, found from its range, which always includes 0.
enum DynamicQuantization {
    static func quantize(_ tensor: Tensor) -> (quantized: Tensor, scale: Float, zeroPoint: Tensor) {
        let x = tensor.pointer(as: Float.self)
        var (low, high): (Float, Float) = (0, 0)
        for i in 0..<tensor.count {
            low = min(low, x[i])
            high = max(high, x[i])
        }
        let scale = high == low ? 1 : (high - low) / 255
        let zero = max(0, min(255, (-low / scale).rounded(.toNearestOrEven)))
        let zeroPoint = UInt8(zero.isNaN ? 0 : zero)
        let result = Tensor(dataType: .uint8, shape: tensor.shape)
        Kernels.table.integer.quantize(x, scale, Int32(zeroPoint), false, result.mutablePointer(as: UInt8.self), tensor.count)
        return (result, scale, Tensor([zeroPoint], dataType: .uint8, shape: []))
    }
}
