internal import Tensors

/// Whether elements reach a bound: `at: 0.5`, `strict: false`, `to: BOOL`.
struct ThresholdStep: BuiltinStep {
    static let name = "threshold"
    let bound: Double
    let isStrict: Bool
    let dataType: DataType

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {
        guard let bound = try options.number("at") else { throw options.fault("at", "given") }
        self.bound = bound
        isStrict = try options.flag("strict") ?? false
        dataType = try options.dataType("to") ?? .bool
        guard dataType != .string else { throw options.fault("to", "a type of numbers") }
    }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        try inputs[0].requireNumber()
        return [TensorFacts(dataType, inputs[0].dims)]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let x = inputs[0]
        // As the type has it: 0.1 in single precision is not 0.1 in double.
        let bound = x.dataType == .float32 ? Double(Float(bound)) : bound
        return [Tensor(dataType, x.shape) { isStrict ? (x.number($0) > bound ? 1 : 0) : (x.number($0) >= bound ? 1 : 0) }]
    }
}
