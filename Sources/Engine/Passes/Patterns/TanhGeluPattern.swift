internal import Tensors

extension Rewriter {
    /// ½ · x · (1 + tanh(√(2/π) · (x + 0.044715 · x³))), its products in any order, is Gelu by the hyperbolic tangent.
    mutating func fuseTanhGelu(_ step: Network.Step, at index: Int) throws(EngineError) -> Bool {
        guard step.inputs.count == 2, fact(step.outputs.first ?? nil)?.dataType == .float32 else { return false }
        var product = Monomial()
        guard factor(step.outputs[0], into: &product, depth: 4), abs(product.coefficient - 0.5) < 1e-6, product.factors.count == 2 else {
            return false
        }
        for side in 0..<2 {
            let x = product.factors[1 - side]
            guard let argument = producer(of: operand(of: producer(of: product.factors[side], "Add"), besides: 1), "Tanh")?.inputs.first,
                isCubic(argument, of: x)
            else { continue }
            try replace(
                index, absorbing: [], with: step.node("Gelu", version: 20, ["approximate": .string(ByteString("tanh"))]), inputs: [x])
            return true
        }
        return false
    }

    /// Whether `value` is √(2/π) · (x + 0.044715 · x³).
    private func isCubic(_ value: Int?, of x: Int) -> Bool {
        var outer = Monomial()
        guard factor(value, into: &outer, depth: 2), abs(outer.coefficient - 0.797_884_6) < 1e-5, outer.factors.count == 1,
            let sum = producer(of: outer.factors[0], "Add"), sum.inputs.count == 2
        else { return false }
        for side in 0..<2 where sum.inputs[side] == x {
            var cubic = Monomial()
            guard factor(sum.inputs[1 - side], into: &cubic, depth: 4) else { continue }
            if abs(cubic.coefficient - 0.044_715) < 1e-6, cubic.factors == [x, x, x] { return true }
        }
        return false
    }

    /// A product: a constant, and values that may be there several times.
    private struct Monomial {
        var coefficient: Float = 1
        var factors: [Int] = []
    }

    /// Takes `value` to its factors, as far as `depth` products reach.
    private func factor(_ value: Int?, into product: inout Monomial, depth: Int) -> Bool {
        guard let value else { return false }
        if let constant = scalar(value) {
            product.coefficient *= constant
            return true
        }
        if depth > 0, let step = producer(of: value, "Mul"), step.inputs.count == 2 {
            return factor(step.inputs[0], into: &product, depth: depth - 1) && factor(step.inputs[1], into: &product, depth: depth - 1)
        }
        if depth > 0, let step = producer(of: value, "Pow"), step.inputs.count == 2, let power = scalar(step.inputs[1]),
            power == 2 || power == 3,
            let base = step.inputs[0]
        {
            product.factors += [Int](repeating: base, count: Int(power))
            return product.factors.count <= 8
        }
        product.factors.append(value)
        return product.factors.count <= 8
    }
}
