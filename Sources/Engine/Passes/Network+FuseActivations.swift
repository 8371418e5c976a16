internal import Kernels
internal import Tensors

extension Network {
    /// Lets convolutions and matrix products add a tensor of the same shape and end in an activation, instead of steps of their own
    /// that go over the whole result again.
    mutating func fuseActivations() throws(EngineError) {
        var rewriter = Rewriter(self)
        for index in rewriter.stepIndices {
            guard let step = rewriter.step(index) else { continue }
            if rewriter.fuseProduct(step, at: index) { continue }
            if try !rewriter.fuseSum(step, at: index) { try rewriter.fuseActivation(step, at: index) }
        }
        self = rewriter.finish()
    }
}

extension Rewriter {
    /// MatMul with a constant, then Add of a row of constants, then Add of a tensor of the same shape, then an activation.
    fileprivate mutating func fuseProduct(_ step: Network.Step, at index: Int) -> Bool {
        for position in 0..<min(step.inputs.count, 2) {
            guard let producer = soleProducer(of: step.inputs[position]), let source = self.step(producer),
                var product = source.operation as? MatMul, product.activation == .identity, let right = constant(source.inputs[1]),
                right.dataType == .float32, right.shape.rank == 2, !product.bLayout.hasLeadingRows,
                let sum = fact(step.inputs[position]), sum.dataType == .float32
            else { continue }
            var inputs = source.inputs
            if step.node.isStandard("Add"), step.node.version >= 7, step.inputs.count == 2 {
                let columns = right.shape[product.bLayout.isTransposed ? 0 : 1]
                let other = step.inputs[1 - position]
                if let bias = constant(other) {
                    guard product.bias == nil, !product.addsInput, bias.dataType == .float32, bias.count == columns,
                        bias.shape.rank <= (sum.rank ?? 0), bias.shape.dims.last == columns
                    else { continue }
                    product.bias = bias
                } else {
                    guard !product.addsInput, let dims = sum.dims, dims == fact(other)?.dims, !dims.contains(.unknown),
                        fact(other)?.dataType == .float32
                    else { continue }
                    product.addsInput = true
                    inputs.append(other)
                }
            } else {
                guard position == 0, step.inputs.count == 1, let activation = (step.operation as? any ActivationOperation)?.activation
                else {
                    return false
                }
                product.activation = activation
            }
            replace(index, absorbing: [producer], with: source.node, product, inputs: inputs)
            return true
        }
        return false
    }

    /// Conv, then Add of a tensor of the same shape.
    fileprivate mutating func fuseSum(_ step: Network.Step, at index: Int) throws(EngineError) -> Bool {
        guard step.node.isStandard("Add"), step.inputs.count == 2 else { return false }
        for position in 0..<2 {
            guard let producer = soleProducer(of: step.inputs[position]), let convolution = self.step(producer),
                convolution.node.isStandard("Conv"), let sum = fact(step.inputs[position]), sum.dataType == .float32,
                let other = fact(step.inputs[1 - position]), other.dataType == .float32, other.value == nil,
                // The fused form does not broadcast: both shapes must be surely the same.
                let dims = sum.dims, dims == other.dims, !dims.contains(.unknown)
            else { continue }
            let inputs = convolution.inputs + [Int?](repeating: nil, count: 3 - convolution.inputs.count)
            try replace(
                index, absorbing: [producer], with: convolution.node.fused("FusedConv", [:]), inputs: inputs + [step.inputs[1 - position]])
            return true
        }
        return false
    }

    /// Conv, Conv with a sum, or Gemm, then an activation.
    fileprivate mutating func fuseActivation(_ step: Network.Step, at index: Int) throws(EngineError) {
        guard let producer = soleProducer(of: step.inputs.first ?? nil), let source = self.step(producer),
            fact(step.inputs[0])?.dataType == .float32, let activation = try activation(step)
        else { return }
        let node: Node
        if source.node.isStandard("Conv") || (source.node.isFused("FusedConv") && source.node.attributes["activation"] == nil) {
            node = source.node.fused(
                "FusedConv", ["activation": .string(ByteString(activation.name)), "activation_params": .floats(activation.parameters)])
        } else if source.node.isStandard("Gemm") {
            var attributes: [String: Attribute] = ["activation": .string(ByteString(activation.name))]
            if activation.parameters.count > 0 { attributes["activation_alpha"] = .float(activation.parameters[0]) }
            if activation.parameters.count > 1 { attributes["activation_beta"] = .float(activation.parameters[1]) }
            node = source.node.fused("FusedGemm", attributes)
        } else {
            return
        }
        try replace(index, absorbing: [producer], with: node, inputs: source.inputs)
    }

    /// The activation that `step` is, if it is one that costs little beside going over the elements.
    private func activation(_ step: Network.Step) throws(EngineError) -> (name: String, parameters: [Float])? {
        let node = step.node
        if node.isStandard("Relu") { return ("Relu", []) }
        if node.isStandard("LeakyRelu") { return ("LeakyRelu", [try node.float("alpha", default: 0.01)]) }
        if node.isStandard("HardSigmoid") {
            return ("HardSigmoid", [try node.float("alpha", default: 0.2), try node.float("beta", default: 0.5)])
        }
        return try bounds(step).map { ("Clip", [$0.low, $0.high]) }
    }
}

extension Node {
    fileprivate func isFused(_ name: String) -> Bool { domain == "com.microsoft" && operatorName == name }

    /// The same node as a fused operator, with further attributes.
    fileprivate func fused(_ name: String, _ more: [String: Attribute]) -> Node {
        Node(
            name: self.name, operatorName: name, domain: "com.microsoft", version: 1, inputs: inputs, outputs: outputs,
            attributes: attributes.merging(more) { $1 })
    }
}
