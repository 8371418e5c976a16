internal import Tensors

/// An operator that computes a number from two numbers of one type.
struct BinaryOperation<Function: ArithmeticFunction>: Operation {
    let node: Node
    let function: Function
    let types: DataTypeSet
    let alignment: LegacyBroadcast

    init(_ node: Node, _ function: Function, types: DataTypeSet = .numbers) throws(EngineError) {
        self.node = node
        self.function = function
        self.types = types
        self.alignment = try LegacyBroadcast(node)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let a = try node.operand(inputs, 0, of: types)
        let b = try node.operand(inputs, 1, like: a)
        let dims = try Dim.broadcast([a.dims, alignment.aligned(b.dims, to: a.dims)], node: node)
        return [Fact(type: a.type, dims: dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let (a, b) = (run.tensor(0), run.tensor(1))
        try function.run(
            run, a, as: a.shape, b, as: alignment.aligned(b.shape, to: a.shape), into: run.output(0), node: node)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        [RowAxis.broadcast(inputs, facts: alignment.aligned(facts))]
    }

    var overwritableInputs: [Int] { [0, 1] }
}

extension ArithmeticFunction {
    @inline(__always)
    func run(
        _ run: NodeRun, _ a: Tensor, as aShape: Shape, _ b: Tensor, as bShape: Shape, into c: Tensor, node: Node
    ) throws(EngineError) {
        switch c.dataType.computeKind {
        case .float:
            if try runKernel(run, a, as: aShape, b, as: bShape, into: c, node: node) { return }
            try RealPair<Self, Float>(function: self).run(run, a, as: aShape, b, as: bShape, into: c, node: node)
        case .double:
            try RealPair<Self, Double>(function: self).run(run, a, as: aShape, b, as: bShape, into: c, node: node)
        case .signed where c.dataType == .int32:
            try IntegerPair<Self, Int32>(function: self).run(run, a, as: aShape, b, as: bShape, into: c, node: node)
        case .signed:
            try IntegerPair<Self, Int64>(function: self).run(run, a, as: aShape, b, as: bShape, into: c, node: node)
        case .unsigned:
            try IntegerPair<Self, UInt64>(function: self).run(run, a, as: aShape, b, as: bShape, into: c, node: node)
        case nil:
            throw node.unsupported("it does not compute \(c.dataType)")
        }
    }
}
