internal import Kernels
internal import Tensors

/// MatMul, and the form of it that exporters fuse transpositions and a factor into.
struct MatMul: Operation {
    let node: Node
    let aLayout: OperandLayout
    let bLayout: OperandLayout
    let alpha: Float
    /// B, when it is a constant.
    var packed: PackedMatrices?
    /// What float32 products end in: one addend a column, a third input of the result's shape, a function.
    var bias: Tensor?
    var addsInput = false
    var activation = Activation.identity

    static let entries: [OperatorEntry] = [
        OperatorEntry("MatMul") { node throws(EngineError) in
            MatMul(node: node, aLayout: OperandLayout(), bLayout: OperandLayout(), alpha: 1)
        },
        OperatorEntry("FusedMatMul", domain: "com.microsoft", make: fused),
        OperatorEntry("TransposeMatMul", domain: "com.microsoft", make: fused),
    ]

    @Sendable
    private static func fused(_ node: Node) throws(EngineError) -> any Operation {
        MatMul(
            node: node,
            aLayout: OperandLayout(
                isTransposed: try node.bool("transA", default: false), hasLeadingRows: try node.bool("transBatchA", default: false)),
            bLayout: OperandLayout(
                isTransposed: try node.bool("transB", default: false), hasLeadingRows: try node.bool("transBatchB", default: false)),
            alpha: try node.float("alpha", default: 1))
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        // The fused form has a factor, which integers could not hold.
        let types: [DataType] = node.domain.isEmpty ? .arithmetic : .floating
        let a = try node.tensorFact(inputs, 0, "A", types)
        let b = try node.tensorFact(inputs, 1, "B", types)
        try node.checkSameType(b, a.dataType, "B")
        guard let left = a.dims, let right = b.dims else { return [Fact(type: a.type)] }
        return [try node.outputFact(a.dataType ?? .float32, try MatMulShape.output(node, left, right, aLayout, bLayout))]
    }

    func prepare(_ inputs: [Fact?]) throws(EngineError) -> (any Operation)? {
        guard packed == nil, inputs.count > 1, inputs[0]?.dataType == .float32, let matrices = PackedMatrices(inputs[1]?.value, bLayout)
        else { return nil }
        var prepared = self
        prepared.packed = matrices
        return prepared
    }

    func run(_ run: NodeRun) throws(EngineError) {
        switch run.tensor(0).dataType {
        case .float64: multiply(run, Double.self) { $0 * Double(alpha) }
        case .float32, .float16, .bfloat16: multiply(run)
        default: multiply(run, Int64.self) { $0 }
        }
    }

    private func multiply(_ run: NodeRun) {
        let a = run.tensor(0)
        let output = run.destination(0, as: Float.self)
        let right = packed?.operand ?? .elements(run.elements(run.tensor(1), as: Float.self))
        var epilogue = Epilogue(scale: alpha, columnBias: bias?.pointer(as: Float.self), activation: activation)
        let plan = MatMulPlan(a.shape, packed?.shape ?? run.tensor(1).shape, aLayout, bLayout)
        if addsInput {
            epilogue.residual = run.tensor(2).pointer(as: Float.self)
            epilogue.residualRowStride = plan.n
        }
        plan.run(run, run.elements(a, as: Float.self), right, output.elements) { problem, a, b, c, row, column in
            var block = epilogue
            block.columnBias = epilogue.columnBias.map { $0 + column }
            block.residual = epilogue.residual.map { $0 + row * plan.n + column }
            Float.multiply(problem, a, packed: b, c, block)
        }
        output.finish()
    }

    private func multiply<T: ComputeType>(_ run: NodeRun, _ type: T.Type, scale: (T) -> T) {
        let (a, b) = (run.tensor(0), run.tensor(1))
        let output = run.destination(0, as: T.self)
        MatMulPlan(a.shape, b.shape, aLayout, bLayout)
            .run(run, run.elements(a, as: T.self), .elements(run.elements(b, as: T.self)), output.elements)
        if alpha != 1 { for i in 0..<output.tensor.count { output.elements[i] = scale(output.elements[i]) } }
        output.finish()
    }

    /// An addend is read before the sum is written.
    var overwritableInputs: [Int] { addsInput ? [2] : [] }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if addsInput {
            var product = self
            product.addsInput = false
            let rows = product.rows(Array(inputs[..<2]), facts: Array(facts[..<2]))
            return rows[0] == inputs[2] ? rows : [.mixed("it adds what does not go row by row")]
        }
        return [MatMulShape.rows(inputs, facts[0]?.dims, facts[1]?.dims, aLayout, bLayout)]
    }
}
