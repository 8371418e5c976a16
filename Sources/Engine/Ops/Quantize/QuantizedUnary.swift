internal import Tensors

/// An operator on one 8-bit tensor that works as the one on floats does between dequantising and quantising.
///
/// Inputs: the tensor, its scale and zero point, the scale and zero point of the output.
struct QuantizedUnary: Operation {
    let node: Node
    /// The operator on float32.
    let base: any Operation

    private func floatFact(_ inputs: [Fact?]) -> Fact { Fact(.float32, inputs[0]?.dims) }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.operand(inputs, 0, of: ByteQuantization.types)
        try ByteQuantization.check(inputs, 1, type: x, node: node)
        try ByteQuantization.check(inputs, 3, type: x, node: node)
        return [Fact(type: x.type, dims: try base.infer([floatFact(inputs)]).first?.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let x = run.tensor(0)
        let y = try run.target(0, of: self)
        let (from, to) = (try ByteQuantization(run, 1, node: node), try ByteQuantization(run, 3, node: node))
        let floats = scratch(run, x.shape)
        let results = scratch(run, y.shape)
        from.dequantize(x.pointer(as: UInt8.self), x.dataType, into: floats.mutablePointer(as: Float.self), count: x.count)
        let inner = NodeRun(
            operation: base, inputs: [.tensor(floats)], outputFacts: [Fact(.float32, shape: y.shape)], wanted: [true],
            planned: [results], context: run.context)
        try base.run(inner)
        to.quantize(results.pointer(as: Float.self), into: y.mutablePointer(as: UInt8.self), y.dataType, count: y.count)
    }

    private func scratch(_ run: NodeRun, _ shape: Shape) -> Tensor {
        let byteCount = shape.count * MemoryLayout<Float>.stride
        let storage = TensorStorage(borrowing: run.scratch(byteCount: byteCount), byteCount: byteCount, owner: nil)
        return Tensor(dataType: .float32, shape: shape, storage: storage)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        for case .mixed(let reason) in inputs { return [.mixed(reason)] }
        if inputs.dropFirst().contains(where: { $0 != .absent }) { return [.mixed("its scale depends on the rows")] }
        return base.rows([inputs[0]], facts: [floatFact(facts)])
    }

    static let all: [OperatorEntry] = [
        entry("QLinearSigmoid") { node in RealUnaryOperation(node: node, function: Sigmoid()) },
        entry("QLinearLeakyRelu") { node throws(EngineError) in
            RealUnaryOperation(node: node, function: LeakyRelu(alpha: try node.float("alpha", default: 0.01)))
        },
        entry("QLinearReduceMean") { node throws(EngineError) in
            ReduceOperation(node: node, kind: .mean, axes: try ReductionAxes(node, inputSince: .max))
        },
        entry("QLinearAveragePool") { node throws(EngineError) in
            try refuseChannelsLast(node)
            return AveragePool(
                attributes: try PoolAttributes(node), countsPadding: try node.bool("count_include_pad", default: false))
        },
        entry("QLinearGlobalAveragePool") { node throws(EngineError) in
            try refuseChannelsLast(node)
            return GlobalPool(node: node, kind: .average)
        },
        entry("QLinearSoftmax") { node throws(EngineError) in
            // Which version's softmax is meant decides whether the axes behind the given one are one with it.
            let flattens = try node.int("opset", default: 13) < 13
            let axis = try node.int("axis", default: flattens ? 1 : -1)
            return Softmax(node: node, axis: axis, isLogarithmic: false, flattens: flattens)
        },
    ]

    private static func refuseChannelsLast(_ node: Node) throws(EngineError) {
        if try node.bool("channels_last", default: false) { throw node.unsupported("it does not pool with channels last") }
    }

    private static func entry(
        _ name: String, _ base: @escaping @Sendable (Node) throws(EngineError) -> some Operation
    ) -> OperatorEntry {
        OperatorEntry(name, domain: "com.microsoft") { node throws(EngineError) in
            QuantizedUnary(node: node, base: try base(node))
        }
    }
}
