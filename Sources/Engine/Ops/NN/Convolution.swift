internal import Tensors

/// Conv over any number of spatial axes, with groups; its fused form adds a tensor and ends in an activation.
struct Convolution: Operation {
    let attributes: ConvolutionAttributes
    let activation: ElementFunction?

    static let entries: [OperatorEntry] = [
        OperatorEntry("Conv") { node throws(EngineError) in
            Convolution(attributes: try ConvolutionAttributes(node), activation: nil)
        },
        OperatorEntry("FusedConv", domain: "com.microsoft") { node throws(EngineError) in
            Convolution(attributes: try ConvolutionAttributes(node), activation: try fusedActivation(node))
        },
    ]

    private var node: Node { attributes.node }

    static func fusedActivation(_ node: Node) throws(EngineError) -> ElementFunction? {
        guard let name = try node.string("activation"), !name.isEmpty else { return nil }
        let parameters = try node.floats("activation_params") ?? []
        guard let function = ElementFunction(name, alpha: parameters.first, beta: parameters.count > 1 ? parameters[1] : nil) else {
            throw node.unsupported("activation '\(name)' is not known")
        }
        return function
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "X", .floating)
        let w = try node.tensorFact(inputs, 1, "W", .floating)
        let b = try node.optionalTensorFact(inputs, 2, "B", .floating)
        let z = try node.optionalTensorFact(inputs, 3, "Z", .floating)
        for (fact, label) in [(w, "W"), (b, "B"), (z, "Z")] { try node.checkSameType(fact, x.dataType, label) }
        let dims = try attributes.output(x, w, bias: b)
        if let dims { try node.checkDims(z, dims, "Z") }
        return [try node.outputFact(x.dataType ?? .float32, dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let (x, w) = (run.tensor(0), run.tensor(1))
        let sizes = try attributes.sizes(x.shape, w.shape)
        if x.dataType == .float64 { compute(run, sizes, Double.self) } else { compute(run, sizes, Float.self) }
    }

    private func compute<T: ConvolutionElement>(_ run: NodeRun, _ sizes: ConvolutionSizes, _ type: T.Type) {
        let output = run.destination(0, as: T.self)
        T.convolve(
            run, sizes, run.elements(run.tensor(0), as: T.self), run.elements(run.tensor(1), as: T.self),
            run.optionalElements(2, as: T.self), output.elements)
        let count = output.tensor.count
        if let sum = run.optionalElements(3, as: T.self) { for i in 0..<count { output.elements[i] += sum[i] } }
        activation?.apply(output.elements, count: count, as: T.self)
        output.finish()
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        var inputs = inputs
        if inputs.count > 3, inputs[3] == inputs[0] { inputs[3] = .absent }
        return [ConvolutionAttributes.rows(inputs)]
    }
}
