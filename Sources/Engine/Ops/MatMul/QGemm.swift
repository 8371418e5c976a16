internal import Tensors

/// alpha · A' · B' + C over quantised matrices, as float32 or quantised anew.
struct QGemm: Operation {
    let node: Node
    let aLayout: OperandLayout
    let bLayout: OperandLayout
    let alpha: Float
    /// The right operand, when it is a constant.
    var packed: PackedIntegerMatrices?

    static let entries: [OperatorEntry] = [
        OperatorEntry("QGemm", domain: "com.microsoft") { node throws(EngineError) in try QGemm(node) }
    ]

    init(_ node: Node) throws(EngineError) {
        self.node = node
        aLayout = OperandLayout(isTransposed: try node.bool("transA", default: false))
        bLayout = OperandLayout(isTransposed: try node.bool("transB", default: false))
        alpha = try node.float("alpha", default: 1)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let a = try node.tensorFact(inputs, 0, "A", Node.eightBit)
        let aScale = try node.tensorFact(inputs, 1, "a_scale", [.float32])
        let aZero = try node.tensorFact(inputs, 2, "a_zero_point", Node.eightBit)
        let b = try node.tensorFact(inputs, 3, "B", Node.eightBit)
        let bScale = try node.tensorFact(inputs, 4, "b_scale", [.float32])
        let bZero = try node.tensorFact(inputs, 5, "b_zero_point", Node.eightBit)
        let c = try node.optionalTensorFact(inputs, 6, "C", [.int32])
        let yScale = try node.optionalTensorFact(inputs, 7, "y_scale", [.float32])
        let yZero = try node.optionalTensorFact(inputs, 8, "y_zero_point", Node.eightBit)
        try node.checkRank(a, "A", 2)
        try node.checkRank(b, "B", 2)
        for (fact, label) in [(aScale, "a_scale"), (aZero, "a_zero_point"), (yScale, "y_scale"), (yZero, "y_zero_point")] {
            if let count = fact?.shape?.count, count != 1 { throw node.malformed("input '\(label)' must have one element, not \(count)") }
        }
        let dims = try QuantizedOperands.output(node, a, b, nil, bZero, aLayout, bLayout)
        if let right = b.dims { try QuantizedOperands.check(node, bScale, "b_scale", right, bLayout.isTransposed ? 0 : 1) }
        if let dims, let bias = c?.dims {
            guard bias.count <= 2 else { throw node.malformed("input 'C' must have at most rank 2, not \(bias.count)") }
            for (have, want) in zip(bias.reversed(), dims.reversed()) where have != 1 {
                try node.checkExtent(have, want, "an extent of input 'C' that is not 1")
            }
        }
        return [try node.outputFact(yScale == nil ? .float32 : yZero?.dataType ?? aZero.dataType ?? .uint8, dims)]
    }

    func prepare(_ inputs: [Fact?]) throws(EngineError) -> (any Operation)? {
        guard packed == nil, inputs.count > 3, let matrices = PackedIntegerMatrices(inputs[3]?.value, isTransposed: bLayout.isTransposed) else { return nil }
        var prepared = self
        prepared.packed = matrices
        return prepared
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let (a, b) = (run.tensor(0), run.tensor(3))
        let plan = MatMulPlan(a.shape, b.shape, aLayout, bLayout)
        let output = run.output(0)
        let sums = run.scratch(Int32.self, count: output.count)
        IntegerMultiply.run(
            run, plan, IntegerOperand(a, zeroPoint: run.tensor(2)), IntegerOperand(b, zeroPoint: run.tensor(5)), packed: packed, sums)
        let n = plan.n
        if let c = run.optionalTensor(6), output.count > 0 {
            let bias = c.pointer(as: Int32.self)
            let columnStep = c.shape.rank > 0 && c.shape[c.shape.rank - 1] != 1 ? 1 : 0
            let rowStep = c.shape.rank == 2 && c.shape[0] != 1 ? c.shape[1] : 0
            for i in 0..<plan.m { for j in 0..<n { sums[i * n + j] &+= bias[i * rowStep + j * columnStep] } }
        }
        let aScale = run.tensor(1).pointer(as: Float.self)[0] * alpha
        let bScale = run.tensor(4).elements(as: Float.self)
        func scale(_ j: Int) -> Float { aScale * bScale[bScale.count == 1 ? 0 : j] }
        if let yScale = run.optionalTensor(7) {
            let step = yScale.pointer(as: Float.self)[0]
            let requantization = Requantization(run.optionalTensor(8).map { IntegerOperand.values($0)[0] } ?? 0, output.dataType)
            let (scales, floats) = (run.scratch(Float.self, count: n), run.scratch(Float.self, count: n))
            for j in 0..<n { scales[j] = scale(j) / step }
            let target = output.mutablePointer(as: UInt8.self)
            for i in 0..<plan.m {
                requantization.row(sums + i * n, n, scale: 1, scales: UnsafePointer(scales), floats, into: target + i * n)
            }
        } else {
            let y = output.mutablePointer(as: Float.self)
            for i in 0..<output.count { y[i] = Float(sums[i]) * scale(i % n) }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        let layoutFree = !aLayout.isTransposed && !bLayout.isTransposed
        guard inputs.count > 3, layoutFree || inputs[3] == .absent, !aLayout.isTransposed else {
            return [RowAxis](repeating: .mixed("it combines rows"), count: 1)
        }
        if let bias = facts.count > 6 ? facts[6] : nil, bias.rank == 2, bias.dim(0) != 1 { return [.mixed("its bias differs from row to row")] }
        return [QuantizedOperands.rows(inputs, facts, a: 0, b: 3, perRow: [])]
    }
}
