internal import Tensors

extension Rewriter {
    /// (x − mean) / √(variance + ε) · γ + β over the last axis is LayerNormalization.
    mutating func fuseLayerNormalization(_ step: Network.Step, at index: Int) throws(EngineError) {
        for position in 0..<2 where step.inputs.count == 2 {
            guard let product = producer(of: step.inputs[position], "Mul"), product.inputs.count == 2 else { continue }
            for side in 0..<2 {
                guard let match = try normalized(product.inputs[side]), let width = fact(match.x)?.dims?.last?.value,
                    let scale = row(product.inputs[1 - side], width), let shift = row(step.inputs[1 - position], width)
                else { continue }
                let scaleValue = add("\(step.node.name).scale", scale)
                let shiftValue = add("\(step.node.name).shift", shift)
                let attributes: [String: Attribute] = ["axis": .int(-1), "epsilon": .float(match.epsilon)]
                try replace(
                    index, absorbing: [], with: step.node("LayerNormalization", version: 17, attributes),
                    inputs: [match.x, scaleValue, shiftValue])
                return
            }
        }
    }

    /// x and ε, when `value` is x without its mean, over its deviation.
    private func normalized(_ value: Int?) throws(EngineError) -> (x: Int, epsilon: Float)? {
        guard let quotient = producer(of: value, "Div"), quotient.inputs.count == 2,
            let centred = try centred(quotient.inputs[0]), fact(centred)?.dataType == .float32,
            let root = producer(of: quotient.inputs[1], "Sqrt"), let sum = producer(of: root.inputs.first ?? nil, "Add"), sum.inputs.count == 2
        else { return nil }
        for position in 0..<2 {
            guard let epsilon = scalar(sum.inputs[1 - position]), epsilon >= 0,
                let variance = try mean(sum.inputs[position]), let square = producer(of: variance, "Pow", "Mul"), square.inputs.count == 2,
                square.node.operatorName == "Pow" ? scalar(square.inputs[1]) == 2 : square.inputs[0] == square.inputs[1],
                try self.centred(square.inputs[0]) == centred
            else { continue }
            return (centred, epsilon)
        }
        return nil
    }

    /// x, when `value` is x − mean(x).
    private func centred(_ value: Int?) throws(EngineError) -> Int? {
        guard let difference = producer(of: value, "Sub"), difference.inputs.count == 2, let x = difference.inputs[0],
            try mean(difference.inputs[1]) == x
        else { return nil }
        return x
    }

    /// x, when `value` is the mean of x over its last axis, which is kept.
    private func mean(_ value: Int?) throws(EngineError) -> Int? {
        guard let step = producer(of: value, "ReduceMean"), let x = step.inputs.first ?? nil, let rank = fact(x)?.rank,
            try step.node.bool("keepdims", default: true)
        else { return nil }
        var axes = try step.node.ints("axes")
        if axes == nil, step.inputs.count > 1, let given = constant(step.inputs[1]), given.dataType == .int64 {
            axes = given.elements(as: Int64.self).map(Int.init)
        }
        return axes == [-1] || axes == [rank - 1] ? x : nil
    }

    /// The constant as one row of `width` elements.
    private func row(_ value: Int?, _ width: Int) -> Tensor? {
        guard let tensor = constant(value), tensor.dataType == .float32, tensor.count == width,
            tensor.shape.dims.dropLast().allSatisfy({ $0 == 1 })
        else { return nil }
        return tensor.reshaped(to: [width])
    }
}
