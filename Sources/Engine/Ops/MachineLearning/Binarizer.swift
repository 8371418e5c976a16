import Tensors

/// 1 for features above a threshold, 0 for all others.
struct Binarizer: Operation {
    private let threshold: Float

    static let entries = [OperatorEntry("Binarizer", domain: "ai.onnx.ml", make: Binarizer.init(node:))]

    init(node: Node) throws(EngineError) {
        threshold = try node.float("threshold", default: 0)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        guard let type = data.dataType, [.float32, .float64, .int64, .int32].contains(type) else {
            throw EngineError(.malformedModel, "features of type \(data.type)")
        }
        return [Fact(type, data.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let target = try run.target(0, of: self)
        switch source.dataType {
        case .float32: binarize(Float.self, source, target, one: 1, zero: 0) { $0 > threshold }
        case .float64: binarize(Double.self, source, target, one: 1, zero: 0) { $0 > Double(threshold) }
        case .int32: binarize(Int32.self, source, target, one: 1, zero: 0) { Float($0) > threshold }
        default: binarize(Int64.self, source, target, one: 1, zero: 0) { Float($0) > threshold }
        }
    }

    private func binarize<Element: BitwiseCopyable>(
        _ type: Element.Type, _ source: Tensor, _ target: Tensor, one: Element, zero: Element, _ isAbove: (Element) -> Bool
    ) {
        let input = source.pointer(as: type)
        let output = target.mutablePointer(as: type)
        for index in 0..<source.count { output[index] = isAbove(input[index]) ? one : zero }
        withExtendedLifetime((source, target)) {}
    }

    var overwritableInputs: [Int] { [0] }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [RowAxis.of(inputs, 0)] }
}
