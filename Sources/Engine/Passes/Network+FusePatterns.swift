extension Network {
    /// Finds functions that exporters wrote out in smaller steps, and computes each in one.
    ///
    /// The smaller steps stay where something else reads them; removing dead steps takes the others.
    mutating func fusePatterns() throws(EngineError) {
        var rewriter = Rewriter(self)
        for index in rewriter.stepIndices {
            guard let step = rewriter.step(index), step.node.domain.isEmpty else { continue }
            switch step.node.operatorName {
            case "Mul":
                if try rewriter.fuseGelu(step, at: index) { continue }
                if try rewriter.fuseTanhGelu(step, at: index) { continue }
                try rewriter.fuseSwish(step, at: index)
            case "MatMul": try rewriter.fuseOneHot(step, at: index)
            case "Div": try rewriter.fuseSwish(step, at: index)
            case "Add": try rewriter.fuseLayerNormalization(step, at: index)
            default: continue
            }
        }
        self = rewriter.finish()
    }
}

extension Network.Step {
    /// A node that stands for this step and computes it by another operator of the standard set.
    func node(_ operatorName: String, version: Int, _ attributes: [String: Attribute] = [:]) -> Node {
        Node(
            name: node.name, operatorName: operatorName, domain: "", version: version, inputs: node.inputs, outputs: node.outputs,
            attributes: attributes)
    }
}
