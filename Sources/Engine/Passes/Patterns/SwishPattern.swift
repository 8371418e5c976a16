internal import Tensors

extension Rewriter {
    /// x · sigmoid(x) is Swish; x · clip(x + 3, 0, 6) / 6 and x · hardsigmoid(x) are HardSwish.
    mutating func fuseSwish(_ step: Network.Step, at index: Int) throws(EngineError) {
        guard step.inputs.count == 2, fact(step.outputs.first ?? nil)?.dataType == .float32 else { return }
        if step.node.operatorName == "Div" {
            guard scalar(step.inputs[1]) == 6, let product = producer(of: step.inputs[0], "Mul"), product.inputs.count == 2 else { return }
            for position in 0..<2 {
                guard let x = product.inputs[1 - position], try shifted(product.inputs[position]) == x else { continue }
                try replace(index, absorbing: [], with: step.node("HardSwish", version: 14), inputs: [x])
                return
            }
            return
        }
        for position in 0..<2 {
            guard let x = step.inputs[1 - position] else { continue }
            let gate = step.inputs[position]
            if producer(of: gate, "Sigmoid")?.inputs.first == x {
                try replace(index, absorbing: [], with: step.node("Swish", version: 24), inputs: [x])
                return
            }
            if try isHardSigmoid(gate, of: x) {
                try replace(index, absorbing: [], with: step.node("HardSwish", version: 14), inputs: [x])
                return
            }
        }
    }

    private func isHardSigmoid(_ gate: Int?, of x: Int) throws(EngineError) -> Bool {
        if let step = producer(of: gate, "HardSigmoid"), step.inputs.first == x {
            let slope = try step.node.float("alpha", default: 0.2)
            let offset = try step.node.float("beta", default: 0.5)
            return abs(slope - 1 / 6) < 1e-6 && offset == 0.5
        }
        guard let quotient = producer(of: gate, "Div"), quotient.inputs.count == 2, scalar(quotient.inputs[1]) == 6 else { return false }
        return try shifted(quotient.inputs[0]) == x
    }

    /// x, when `value` is clip(x + 3, 0, 6).
    private func shifted(_ value: Int?) throws(EngineError) -> Int? {
        guard let clip = producer(of: value, "Clip"), let bounds = try bounds(clip), bounds == (0, 6) else { return nil }
        return operand(of: producer(of: clip.inputs[0], "Add"), besides: 3)
    }
}
