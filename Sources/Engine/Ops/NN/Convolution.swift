internal import Kernels
internal import Tensors

/// Conv over any number of spatial axes, with groups; its fused form adds a tensor and ends in an activation.
struct Convolution: Operation {
    let attributes: ConvolutionAttributes
    let activation: ElementFunction?
    /// Constant weights as their path reads them.
    var packed: PackedFilters?

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

    func prepare(_ inputs: [Fact?]) throws(EngineError) -> (any Operation)? {
        guard packed == nil, inputs.count > 1, let w = inputs[1]?.value, w.dataType == .float32, w.shape.rank > 2, w.count > 0,
            w.shape[0] % attributes.group == 0, let filters = PackedFilters(ConvolutionPath(attributes, weights: w.shape), w, group: attributes.group)
        else { return nil }
        var prepared = self
        prepared.packed = filters
        return prepared
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let (x, w) = (run.tensor(0), run.tensor(1))
        let sizes = try attributes.sizes(x.shape, w.shape)
        if x.dataType == .float64 { byProducts(run, sizes) } else { byKernels(run, sizes) }
    }

    private func byKernels(_ run: NodeRun, _ sizes: ConvolutionSizes) {
        let w = run.tensor(1)
        let output = run.destination(0, as: Float.self)
        let weights = run.elements(w, as: Float.self)
        let path = ConvolutionPath(attributes, weights: w.shape)
        var filters = packed
        if filters == nil, w.count > 0 {
            let dense = w.dataType == .float32 ? w : Tensor(w.floats, dataType: .float32, shape: w.shape)
            filters = PackedFilters(path, dense, group: attributes.group)
        }
        // What is added to the sum goes before the activation.
        let added = run.optionalElements(3, as: Float.self)
        let fused = added == nil ? activation?.kernel : nil
        FloatConvolution(
            sizes: sizes, path: path, weights: weights, packed: filters?.storage.pointer(as: Float.self),
            bias: run.optionalElements(2, as: Float.self), activation: fused ?? .identity
        ).run(run, run.elements(run.tensor(0), as: Float.self), output.elements)
        let count = output.tensor.count
        if let added { for i in 0..<count { output.elements[i] += added[i] } }
        if fused == nil { activation?.apply(output.elements, count: count) }
        withExtendedLifetime(filters) { output.finish() }
    }

    private func byProducts(_ run: NodeRun, _ sizes: ConvolutionSizes) {
        let output = run.destination(0, as: Double.self)
        Double.convolve(
            run, sizes, run.elements(run.tensor(0), as: Double.self), run.elements(run.tensor(1), as: Double.self),
            run.optionalElements(2, as: Double.self), output.elements)
        let count = output.tensor.count
        if let sum = run.optionalElements(3, as: Double.self) { for i in 0..<count { output.elements[i] += sum[i] } }
        activation?.apply(output.elements, count: count)
        output.finish()
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        var inputs = inputs
        if inputs.count > 3, inputs[3] == inputs[0] { inputs[3] = .absent }
        return [ConvolutionAttributes.rows(inputs)]
    }
}
