internal import Kernels
internal import Tensors

/// Y = alpha · A' · B' + beta · C, with C broadcast to the result; its fused form ends in an activation.
struct Gemm: Operation {
    let node: Node
    let transposesA: Bool
    let transposesB: Bool
    let alpha: Float
    let beta: Float
    let activation: ElementFunction?
    /// B, when it is a constant.
    var packed: PackedMatrices?

    static let entries: [OperatorEntry] = [
        OperatorEntry("Gemm") { node throws(EngineError) in try Gemm(node, activation: nil) },
        OperatorEntry("FusedGemm", domain: "com.microsoft") { node throws(EngineError) in
            try Gemm(node, activation: try fusedActivation(node))
        },
    ]

    init(_ node: Node, activation: ElementFunction?) throws(EngineError) {
        self.node = node
        transposesA = try node.bool("transA", default: false)
        transposesB = try node.bool("transB", default: false)
        alpha = try node.float("alpha", default: 1)
        beta = try node.float("beta", default: 1)
        self.activation = activation
    }

    private static func fusedActivation(_ node: Node) throws(EngineError) -> ElementFunction? {
        guard let name = try node.string("activation"), !name.isEmpty else { return nil }
        let alpha = try node.float("activation_alpha")
        guard let activation = ElementFunction(name, alpha: alpha, beta: try node.float("activation_beta")) else {
            throw node.unsupported("activation '\(name)' is not known")
        }
        return activation
    }

    private var layouts: (OperandLayout, OperandLayout) {
        (OperandLayout(isTransposed: transposesA), OperandLayout(isTransposed: transposesB))
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let types: [DataType] = activation == nil ? .arithmetic : .floating
        let a = try node.tensorFact(inputs, 0, "A", types)
        let b = try node.tensorFact(inputs, 1, "B", types)
        let c = try node.optionalTensorFact(inputs, 2, "C", types)
        try node.checkSameType(b, a.dataType, "B")
        try node.checkSameType(c, a.dataType, "C")
        try node.checkRank(a, "A", 2)
        try node.checkRank(b, "B", 2)
        let dataType = a.dataType ?? .float32
        if !dataType.isFloatingPoint, Int64(exactly: alpha) == nil || Int64(exactly: beta) == nil {
            throw node.unsupported("factors \(alpha) and \(beta) with \(dataType)")
        }
        guard let left = a.dims, let right = b.dims else { return [Fact(dataType, nil)] }
        let dims = try MatMulShape.output(node, left, right, layouts.0, layouts.1)
        if let bias = c?.dims {
            guard bias.count <= 2 else { throw node.malformed("input 'C' must have at most rank 2, not \(bias.count)") }
            for (have, want) in zip(bias.reversed(), dims.reversed()) where have != 1 {
                try node.checkExtent(have, want, "an extent of input 'C' that is not 1")
            }
        }
        return [try node.outputFact(dataType, dims)]
    }

    func prepare(_ inputs: [Fact?]) throws(EngineError) -> (any Operation)? {
        guard packed == nil, inputs.count > 1, inputs[0]?.dataType == .float32, let matrices = PackedMatrices(inputs[1]?.value, layouts.1)
        else { return nil }
        var prepared = self
        prepared.packed = matrices
        return prepared
    }

    func run(_ run: NodeRun) throws(EngineError) {
        switch run.tensor(0).dataType {
        case .float64:
            compute(run, Double.self, scale: { $0 * Double(alpha) }, blend: { $0 + $1 * Double(beta) }) { activation?.apply($0, count: $1) }
        case .float32, .float16, .bfloat16:
            multiply(run)
        default:
            let (alpha, beta) = (Int64(alpha), Int64(beta))
            compute(run, Int64.self, scale: { $0 &* alpha }, blend: { $0 &+ $1 &* beta }) { _, _ in }
        }
    }

    /// The bias and the activation are applied to each sum before it is stored.
    private func multiply(_ run: NodeRun) {
        let a = run.tensor(0)
        let output = run.destination(0, as: Float.self)
        let (m, n) = (output.tensor.shape[0], output.tensor.shape[1])
        var epilogue = Epilogue(scale: alpha, residualScale: beta)
        let fused = activation?.kernel
        epilogue.activation = fused ?? .identity
        if let c = run.optionalTensor(2), beta != 0, m * n > 0 {
            (epilogue.residual, epilogue.residualRowStride) = bias(run, c, m: m, n: n)
        }
        let right = packed?.operand ?? .elements(run.elements(run.tensor(1), as: Float.self))
        MatMulPlan(a.shape, packed?.shape ?? run.tensor(1).shape, layouts.0, layouts.1).run(run, run.elements(a, as: Float.self), right, output.elements) {
            problem, a, b, c, row, column in
            var block = epilogue
            block.residual = epilogue.residual.map { $0 + row * epilogue.residualRowStride + column }
            Float.multiply(problem, a, packed: b, c, block)
        }
        if fused == nil { activation?.apply(output.elements, count: m * n) }
        output.finish()
    }

    /// C as rows of n elements, and how far one is from the next.
    private func bias(_ run: NodeRun, _ tensor: Tensor, m: Int, n: Int) -> (UnsafePointer<Float>, Int) {
        let elements = run.elements(tensor, as: Float.self)
        let shape = tensor.shape
        let isFullWidth = shape.rank > 0 && shape[shape.rank - 1] == n
        let rowStep = shape.rank == 2 && shape[0] != 1 ? shape[1] : 0
        if isFullWidth { return (elements, rowStep) }
        // One element for each row, or for all: spread over the columns.
        let rows = rowStep == 0 ? 1 : m
        let spread = run.scratch(Float.self, count: rows * n)
        for i in 0..<rows { (spread + i * n).update(repeating: elements[i * rowStep], count: n) }
        return (UnsafePointer(spread), rowStep == 0 ? 0 : n)
    }

    @inline(__always)
    private func compute<T: ComputeType>(
        _ run: NodeRun, _ type: T.Type, scale: (T) -> T, blend: (T, T) -> T, activate: (UnsafeMutablePointer<T>, Int) -> Void
    ) {
        let (a, b) = (run.tensor(0), run.tensor(1))
        let output = run.destination(0, as: T.self)
        MatMulPlan(a.shape, b.shape, layouts.0, layouts.1)
            .run(run, run.elements(a, as: T.self), .elements(run.elements(b, as: T.self)), output.elements)
        let (m, n) = (output.tensor.shape[0], output.tensor.shape[1])
        let y = output.elements
        if alpha != 1 { for i in 0..<m * n { y[i] = scale(y[i]) } }
        if let c = run.optionalTensor(2), beta != 0, m * n > 0 {
            let bias = run.elements(c, as: T.self)
            let columnStep = c.shape.rank > 0 && c.shape[c.shape.rank - 1] != 1 ? 1 : 0
            let rowStep = c.shape.rank == 2 && c.shape[0] != 1 ? c.shape[1] : 0
            for i in 0..<m {
                let (row, line) = (y + i * n, bias + i * rowStep)
                for j in 0..<n { row[j] = blend(row[j], line[j * columnStep]) }
            }
        }
        activate(y, m * n)
        output.finish()
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        let product = MatMulShape.rows(inputs, facts[0]?.dims, facts[1]?.dims, layouts.0, layouts.1)
        guard inputs.count > 2, let rank = facts[2]?.rank else { return [product] }
        if inputs[2] == .absent {
            guard case .axis(let axis) = product, axis >= 2 - rank, facts[2]?.dim(axis + rank - 2) != 1 else { return [product] }
            return [.mixed("its bias differs from row to row")]
        }
        guard case .axis(let axis) = product, case .axis(let bias) = inputs[2] else {
            return [.mixed("its bias combines rows")]
        }
        return [bias + 2 - rank == axis ? product : .mixed("its bias combines rows")]
    }
}
