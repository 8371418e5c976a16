internal import Tensors

extension Rewriter {
    /// x · ½ · (1 + erf(x / √2)), with the three factors in any order, is Gelu.
    mutating func fuseGelu(_ step: Network.Step, at index: Int) throws(EngineError) -> Bool {
        guard fact(step.outputs.first ?? nil)?.dataType == .float32 else { return false }
        // Two products of two factors each, the inner one on either side.
        for position in 0..<2 where step.inputs.count == 2 {
            guard let inner = producer(of: step.inputs[position], "Mul"), inner.inputs.count == 2 else { continue }
            let factors = [step.inputs[1 - position], inner.inputs[0], inner.inputs[1]]
            guard let half = factors.firstIndex(where: { scalar($0) == 0.5 }) else { continue }
            let others = factors.indices.filter { $0 != half }.map { factors[$0] }
            for (x, sum) in [(others[0], others[1]), (others[1], others[0])] {
                guard let x, scaledArgument(ofErrorFunction: operand(of: producer(of: sum, "Add"), besides: 1)) == x else { continue }
                try replace(index, absorbing: [], with: step.node("Gelu", version: 20), inputs: [x])
                return true
            }
        }
        return false
    }

    /// x, when `value` is erf(x / √2).
    private func scaledArgument(ofErrorFunction value: Int?) -> Int? {
        guard let argument = producer(of: value, "Erf")?.inputs.first else { return nil }
        if let quotient = producer(of: argument, "Div"), quotient.inputs.count == 2,
            let divisor = scalar(quotient.inputs[1]), abs(divisor - 2.0.squareRoot().float) < 1e-5
        {
            return quotient.inputs[0]
        }
        return operand(of: producer(of: argument, "Mul"), besides: 0.5.squareRoot().float)
    }
}

extension Double {
    fileprivate var float: Float { Float(self) }
}
