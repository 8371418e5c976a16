internal import Tensors

/// Gives its input back, under another name.
struct IdentityStep: BuiltinStep {
    static let name = "identity"
    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {}
    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] { inputs }
    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] { inputs }
}

/// Changes the type of the elements: `to: FP32`. Fractions are cut off, numbers past a type's range become its limit; texts are read as
/// numbers, and numbers written as texts.
struct CastStep: BuiltinStep {
    static let name = "cast"
    let target: DataType

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {
        guard let target = try options.dataType("to") else { throw options.fault("to", "given") }
        self.target = target
    }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        if inputs[0].dataType != .string { try inputs[0].requireNumber() }
        return [TensorFacts(target, inputs[0].dims)]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let x = inputs[0]
        if x.dataType == target { return [x] }
        if x.dataType == .string {
            let strings = x.strings
            let result = Tensor(dataType: target, shape: x.shape)
            for (index, text) in strings.enumerated() {
                guard let value = Double(text.string) else {
                    throw ServingError(.invalidArgument, "'\(text.string.prefix(40))' is no number")
                }
                target.store(value, at: result.mutableBytes + index * target.byteWidth)
            }
            return [result]
        }
        if target == .string {
            return [Tensor(strings: (0..<x.count).map { ByteString(Self.text(x, $0)) }, shape: x.shape)]
        }
        // By way of a Double whole numbers past 2^53 would lose their last digits.
        switch (x.dataType, target) {
        case (.int64, .uint64): return [whole(x, Int64.self, UInt64.self)]
        case (.uint64, .int64): return [whole(x, UInt64.self, Int64.self)]
        default: return [Tensor(target, x.shape) { x.number($0) }]
        }
    }

    private func whole<From: FixedWidthInteger & BitwiseCopyable, To: FixedWidthInteger & BitwiseCopyable>(
        _ x: Tensor, _ from: From.Type, _ to: To.Type
    ) -> Tensor {
        Tensor(x.elements(as: from).map { To(clamping: $0) }, dataType: target, shape: x.shape)
    }

    private static func text(_ x: Tensor, _ index: Int) -> String {
        switch x.dataType {
        case .bool: x.number(index) != 0 ? "true" : "false"
        case .int64: String(x.pointer(as: Int64.self)[index])
        case .uint64: String(x.pointer(as: UInt64.self)[index])
        case .float32: "\(x.pointer(as: Float.self)[index])"
        case let type where type.isFloatingPoint: "\(x.number(index))"
        default: String(Int64(saturating: x.number(index)))
        }
    }
}
