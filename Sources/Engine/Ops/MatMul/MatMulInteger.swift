internal import Tensors

/// The product of 8-bit matrices less their zero points, in int32.
struct MatMulInteger: Operation {
    let node: Node
    /// The right operand, when it is a constant.
    var packed: PackedIntegerMatrices?

    static let entries: [OperatorEntry] = [
        OperatorEntry("MatMulInteger") { node throws(EngineError) in MatMulInteger(node: node) }
    ]

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let a = try node.tensorFact(inputs, 0, "A", Node.eightBit)
        let b = try node.tensorFact(inputs, 1, "B", Node.eightBit)
        let aZero = try node.optionalTensorFact(inputs, 2, "a_zero_point", Node.eightBit)
        let bZero = try node.optionalTensorFact(inputs, 3, "b_zero_point", Node.eightBit)
        return [try node.outputFact(.int32, try QuantizedOperands.output(node, a, b, aZero, bZero))]
    }

    func prepare(_ inputs: [Fact?]) throws(EngineError) -> (any Operation)? {
        guard packed == nil, inputs.count > 1, let matrices = PackedIntegerMatrices(inputs[1]?.value) else { return nil }
        var prepared = self
        prepared.packed = matrices
        return prepared
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let (a, b) = (run.tensor(0), run.tensor(1))
        IntegerMultiply.run(
            run, MatMulPlan(a.shape, b.shape, OperandLayout(), OperandLayout()),
            IntegerOperand(a, zeroPoint: run.optionalTensor(2)), IntegerOperand(b, zeroPoint: run.optionalTensor(3)), packed: packed,
            run.output(0).mutablePointer(as: Int32.self))
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [QuantizedOperands.rows(inputs, facts, a: 0, b: 1, perRow: [2])] }
}

/// The rules that products of quantised matrices share.
enum QuantizedOperands {
    /// The extents of the product; the zero points must be single, or one for each row of a and each column of b.
    static func output(
        _ node: Node, _ a: Fact, _ b: Fact, _ aZero: Fact?, _ bZero: Fact?, _ aLayout: OperandLayout = OperandLayout(),
        _ bLayout: OperandLayout = OperandLayout()
    ) throws(EngineError) -> [Dim]? {
        guard let left = a.dims, let right = b.dims else { return nil }
        let dims = try MatMulShape.output(node, left, right, aLayout, bLayout)
        try check(node, aZero, "a_zero_point", left, aLayout.isTransposed ? left.count - 1 : left.count - 2)
        try check(node, bZero, "b_zero_point", right, bLayout.isTransposed ? right.count - 2 : right.count - 1)
        return dims
    }

    /// One element; or one for each slice of `axis`, alike in every batch or one for each.
    static func check(_ node: Node, _ fact: Fact?, _ label: String, _ dims: [Dim], _ axis: Int) throws(EngineError) {
        guard let shape = fact?.shape, shape.count != 1 else { return }
        guard dims.count > 1 else { throw node.malformed("input '\(label)' must have one element, not \(shape.count)") }
        guard let extent = dims[axis].value else { return }
        if shape.count == extent { return }
        var batches: Int? = extent
        for dim in dims.dropLast(2) {
            guard let known = dim.value, let soFar = batches else { return }
            let (product, overflow) = soFar.multipliedReportingOverflow(by: known)
            batches = overflow ? nil : product
        }
        guard shape.count == batches, dims.count > 2 else {
            throw node.malformed("input '\(label)' has \(shape.count) elements for an extent of \(extent)")
        }
    }

    /// As for any product, provided that scales and zero points are the same for every row.
    ///
    /// - Parameter perRow: inputs that may have one element for each row of a.
    static func rows(_ inputs: [RowAxis], _ facts: [Fact?], a: Int, b: Int, perRow: [Int]) -> RowAxis {
        guard inputs.count > max(a, b) else { return .absent }
        let product = MatMulShape.rows([inputs[a], inputs[b]], facts[a]?.dims, facts[b]?.dims, OperandLayout(), OperandLayout())
        guard product != .absent else { return product }
        for index in inputs.indices where index != a && index != b {
            if case .mixed = inputs[index] { return inputs[index] }
            if inputs[index] != .absent { return .mixed("its quantisation parameters differ from row to row") }
        }
        for index in perRow where index < facts.count {
            if let fact = facts[index], fact.shape?.count != 1 { return .mixed("its quantisation parameters differ from row to row") }
        }
        return product
    }
}
