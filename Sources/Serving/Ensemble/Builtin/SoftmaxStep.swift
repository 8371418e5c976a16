internal import Glibc
internal import Tensors

/// Probabilities out of scores: `axis: -1`.
struct SoftmaxStep: BuiltinStep {
    static let name = "softmax"
    let axis: Int

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) { axis = try options.axis("axis", otherwise: -1) }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        try inputs[0].requireNumber()
        _ = try inputs[0].place(of: axis)
        return [TensorFacts(inputs[0].fractional, inputs[0].dims)]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let x = inputs[0]
        let view = try AxisView(x.shape, axis: axis)
        let type = x.dataType.isFloatingPoint ? x.dataType : .float32
        let result = Tensor(dataType: type, shape: x.shape)
        for outer in 0..<view.outer {
            for inner in 0..<view.inner {
                let place = { (index: Int) in (outer * view.extent + index) * view.inner + inner }
                var largest = -Double.infinity
                for index in 0..<view.extent { largest = max(largest, x.number(place(index))) }
                var sum = 0.0
                for index in 0..<view.extent { sum += exp(x.number(place(index)) - largest) }
                for index in 0..<view.extent {
                    type.store(exp(x.number(place(index)) - largest) / sum, at: result.mutableBytes + place(index) * type.byteWidth)
                }
            }
        }
        return [result]
    }
}

/// The logistic function of every element.
struct SigmoidStep: BuiltinStep {
    static let name = "sigmoid"

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {}

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        try inputs[0].requireNumber()
        return [TensorFacts(inputs[0].fractional, inputs[0].dims)]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let x = inputs[0]
        return [Tensor(x.dataType.isFloatingPoint ? x.dataType : .float32, x.shape) { 1 / (1 + exp(-x.number($0))) }]
    }
}
