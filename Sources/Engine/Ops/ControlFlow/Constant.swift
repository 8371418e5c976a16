internal import Tensors

/// A value written into the model, in any of the forms that the operator sets know.
struct Constant: Operation {
    static let entry = OperatorEntry("Constant") { node throws(EngineError) in try Constant(node) }

    let value: Tensor

    init(_ node: Node) throws(EngineError) {
        guard node.attributes.count == 1, let (name, attribute) = node.attributes.first else {
            throw node.malformed("it needs exactly one attribute, it has \(node.attributes.count)")
        }
        switch (name, attribute) {
        case ("value", .tensor(let tensor)), ("sparse_value", .tensor(let tensor)): value = tensor
        case ("value_float", .float(let number)): value = Tensor([number], dataType: .float32, shape: .scalar)
        case ("value_floats", .floats(let numbers)): value = Tensor(numbers, dataType: .float32, shape: [numbers.count])
        case ("value_int", .int(let number)): value = Tensor([Int64(number)], dataType: .int64, shape: .scalar)
        case ("value_ints", .ints(let numbers)): value = Tensor(numbers.map(Int64.init), dataType: .int64, shape: [numbers.count])
        case ("value_string", .string(let text)): value = Tensor(strings: [text], shape: .scalar)
        case ("value_strings", .strings(let texts)): value = Tensor(strings: texts, shape: [texts.count])
        default: throw node.malformed("attribute '\(name)' does not hold a constant")
        }
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] { [Fact(constant: value)] }

    func run(_ run: NodeRun) throws(EngineError) { run.publish(value) }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [.absent] }
}
