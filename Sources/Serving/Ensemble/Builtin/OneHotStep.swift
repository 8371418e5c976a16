internal import Tensors

/// A new last axis with one place set: `depth: 10`, `on: 1`, `off: 0`, `to: FP32`. A number outside the depth sets none.
struct OneHotStep: BuiltinStep {
    static let name = "one_hot"
    let depth: Int
    let on: Double
    let off: Double
    let dataType: DataType

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {
        guard let depth = try options.int("depth", in: 1...(1 << 24)) else { throw options.fault("depth", "given") }
        self.depth = depth
        on = try options.number("on") ?? 1
        off = try options.number("off") ?? 0
        dataType = try options.dataType("to") ?? .float32
        guard dataType != .string else { throw options.fault("to", "a type of numbers") }
    }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        try inputs[0].requireNumber()
        return [TensorFacts(dataType, inputs[0].dims.map { $0 + [depth] })]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let x = inputs[0]
        guard let shape = Shape(checking: x.shape.dims + [depth]) else {
            throw ServingError(.resourceExhausted, "the tensor would be too large")
        }
        return [Tensor(dataType, shape) { x.number($0 / depth) == Double($0 % depth) ? on : off }]
    }
}
