internal import Tensors

/// The product of two quantised matrices, quantised anew.
struct QLinearMatMul: Operation {
    let node: Node
    /// The right operand, when it is a constant.
    var packed: PackedIntegerMatrices?

    static let entries: [OperatorEntry] = [
        OperatorEntry("QLinearMatMul") { node throws(EngineError) in QLinearMatMul(node: node) },
        OperatorEntry("QLinearMatMul", domain: "com.microsoft") { node throws(EngineError) in QLinearMatMul(node: node) },
    ]

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let a = try node.tensorFact(inputs, 0, "a", Node.eightBit)
        let aScale = try node.tensorFact(inputs, 1, "a_scale", .floating)
        let aZero = try node.tensorFact(inputs, 2, "a_zero_point", Node.eightBit)
        let b = try node.tensorFact(inputs, 3, "b", Node.eightBit)
        let bScale = try node.tensorFact(inputs, 4, "b_scale", .floating)
        let bZero = try node.tensorFact(inputs, 5, "b_zero_point", Node.eightBit)
        let yScale = try node.tensorFact(inputs, 6, "y_scale", .floating)
        let yZero = try node.tensorFact(inputs, 7, "y_zero_point", Node.eightBit)
        let dims = try QuantizedOperands.output(node, a, b, aZero, bZero)
        if let left = a.dims, let right = b.dims {
            try QuantizedOperands.check(node, aScale, "a_scale", left, left.count - 2)
            try QuantizedOperands.check(node, yScale, "y_scale", left, left.count - 2)
            try QuantizedOperands.check(node, yZero, "y_zero_point", left, left.count - 2)
            try QuantizedOperands.check(node, bScale, "b_scale", right, right.count - 1)
        }
        return [try node.outputFact(yZero.dataType ?? .uint8, dims)]
    }

    func prepare(_ inputs: [Fact?]) throws(EngineError) -> (any Operation)? {
        guard packed == nil, inputs.count > 3, let matrices = PackedIntegerMatrices(inputs[3]?.value) else { return nil }
        var prepared = self
        prepared.packed = matrices
        return prepared
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let (a, b) = (run.tensor(0), run.tensor(3))
        let plan = MatMulPlan(a.shape, b.shape, OperandLayout(), OperandLayout())
        let output = run.output(0)
        let sums = run.scratch(Int32.self, count: output.count)
        IntegerMultiply.run(
            run, plan, IntegerOperand(a, zeroPoint: run.tensor(2)), IntegerOperand(b, zeroPoint: run.tensor(5)), packed: packed, sums)
        let (aScale, bScale) = (run.elements(run.tensor(1), as: Float.self), run.elements(run.tensor(4), as: Float.self))
        let (yScale, yZero) = (run.elements(run.tensor(6), as: Float.self), IntegerOperand.values(run.tensor(7)))
        let counts = (a: run.tensor(1).count, b: run.tensor(4).count, y: run.tensor(6).count)
        let n = max(plan.n, 1)
        let rowsPerBatch = a.shape.rank > 1 ? max(a.shape[a.shape.rank - 2], 1) : 1
        let target = output.mutablePointer(as: UInt8.self)
        run.parallel(output.count / n, costPerPiece: 8 &* n) { rows in
            LaneScratch.with(Float.self, count: n) { floats in
                for row in rows {
                    var scale = aScale[row % counts.a] / yScale[row % counts.y]
                    var scales: UnsafePointer<Float>?
                    if counts.b == 1 {
                        scale = aScale[row % counts.a] * bScale[0] / yScale[row % counts.y]
                    } else {
                        scales = bScale + (counts.b > n ? (row / rowsPerBatch * n) % counts.b : 0)
                    }
                    Requantization(yZero[row % yZero.count], output.dataType)
                        .row(sums + row * n, n, scale: scale, scales: scales, floats, into: target + row * n)
                }
            }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        [QuantizedOperands.rows(inputs, facts, a: 0, b: 3, perRow: [1, 2, 6, 7])]
    }
}
