internal import Tensors

/// Brings an axis down to one element: `by: max`, `min`, `mean` or `sum`, `axis: -1`, `keep: false`.
struct ReduceStep: BuiltinStep {
    static let name = "reduce"
    let kind: String
    let axis: Int
    let keeps: Bool

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {
        guard let kind = try options.choice("by", ["max", "min", "mean", "sum"]) else { throw options.fault("by", "given") }
        self.kind = kind
        axis = try options.axis("axis", otherwise: -1)
        keeps = try options.flag("keep") ?? false
    }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        try inputs[0].requireNumber()
        return [try inputs[0].replacing(axis, with: keeps ? 1 : nil, dataType: kind == "mean" ? inputs[0].fractional : nil)]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let x = inputs[0]
        let view = try AxisView(x.shape, axis: axis)
        guard view.extent > 0 || kind == "sum" else {
            throw ServingError(.invalidArgument, "a tensor of shape \(x.shape) has no \(kind) along axis \(axis)")
        }
        let type = kind == "mean" && !x.dataType.isFloatingPoint ? .float32 : x.dataType
        return [
            Tensor(type, Shape(AxisView.replacing(x.shape.dims, view.axis, with: keeps ? 1 : nil))) { place in
                let start = place / view.inner * view.extent * view.inner + place % view.inner
                var result = kind == "max" ? -Double.infinity : kind == "min" ? .infinity : 0
                for index in 0..<view.extent {
                    let value = x.number(start + index * view.inner)
                    switch kind {
                    case "max": result = max(result, value)
                    case "min": result = min(result, value)
                    default: result += value
                    }
                }
                return kind == "mean" ? result / Double(view.extent) : result
            }
        ]
    }
}

/// Two tensors of one shape, element by element: `by: add`, `subtract`, `multiply`, `divide`, `max` or `min`.
struct CombineStep: BuiltinStep {
    static let name = "combine"
    static let inputNames: [String]? = ["a", "b"]
    let kind: String

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {
        guard let kind = try options.choice("by", ["add", "subtract", "multiply", "divide", "max", "min"]) else {
            throw options.fault("by", "given")
        }
        self.kind = kind
    }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        try inputs[0].requireNumber()
        guard inputs[0].fits(inputs[1]) else { throw ServingError(.invalidArgument, "it combines \(inputs[0]) with \(inputs[1])") }
        return [inputs[0].narrowed(by: inputs[1])]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let (a, b) = (inputs[0], inputs[1])
        guard a.shape == b.shape else {
            throw ServingError(.invalidArgument, "tensors of shapes \(a.shape) and \(b.shape) cannot be combined")
        }
        return [
            Tensor(a.dataType, a.shape) {
                let (left, right) = (a.number($0), b.number($0))
                return switch kind {
                case "add": left + right
                case "subtract": left - right
                case "multiply": left * right
                case "divide": left / right
                case "max": max(left, right)
                default: min(left, right)
                }
            }
        ]
    }
}
