internal import Tensors

/// The same value in as many rows as `x` has: `value`, `shape: []` of one row, `to: FP32`. What a fallback answers when nothing else can.
struct FillStep: BuiltinStep {
    static let name = "fill"
    let value: Double
    let text: String
    let dims: [Int]
    let dataType: DataType

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {
        dims = try options.ints("shape", in: 0...(1 << 30)) ?? []
        dataType = try options.dataType("to") ?? .float32
        text = dataType == .string ? try options.text("value") ?? "" : ""
        value = dataType == .string ? 0 : try options.number("value") ?? 0
        guard Shape(checking: dims) != nil else { throw options.fault("shape", "smaller") }
    }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        let rows = try inputs[0].place(of: 0).flatMap { inputs[0].dims?[$0] } ?? -1
        return [TensorFacts(dataType, [rows] + dims)]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        guard inputs[0].shape.rank > 0, let shape = Shape(checking: [inputs[0].shape[0]] + dims) else {
            throw ServingError(.invalidArgument, "a tensor of shape \(inputs[0].shape) has no rows to fill")
        }
        if dataType == .string { return [Tensor(strings: Array(repeating: ByteString(text), count: shape.count), shape: shape)] }
        return [Tensor(dataType, shape) { _ in value }]
    }
}
