import Tensors

/// Subtracts an offset from every feature and multiplies it by a scale; the result is float32.
struct Scaler: Operation {
    private let offsets: [Float]
    private let scales: [Float]

    static let entries = [OperatorEntry("Scaler", domain: "ai.onnx.ml", make: Scaler.init(node:))]

    init(node: Node) throws(EngineError) {
        scales = try node.floats("scale") ?? []
        offsets = try node.floats("offset") ?? []
        guard !scales.isEmpty, scales.count == offsets.count else {
            throw node.malformed("\(scales.count) scales and \(offsets.count) offsets")
        }
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        guard let type = data.dataType, [.float32, .float64, .int64, .int32].contains(type) else {
            throw EngineError(.malformedModel, "features of type \(data.type)")
        }
        if let dims = data.dims {
            guard !dims.isEmpty else { throw EngineError(.invalidInput, "features must have at least one axis") }
            if scales.count > 1, let columns = dims[min(1, dims.count - 1)].value, columns != scales.count {
                throw EngineError(.invalidInput, "\(scales.count) scales for \(columns) features")
            }
        }
        return [Fact(.float32, data.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let target = try run.target(0, of: self)
        let output = target.mutablePointer(as: Float.self)
        let count = scales.count
        scales.withUnsafeBufferPointer { scales in
            offsets.withUnsafeBufferPointer { offsets in
                if source.dataType == .float64 {
                    let input = source.pointer(as: Double.self)
                    for index in 0..<source.count {
                        let column = index % count
                        output[index] = Float((input[index] - Double(offsets[column])) * Double(scales[column]))
                    }
                } else {
                    let input = FeatureMatrix<Float>(source, in: run).elements
                    var column = 0
                    for index in 0..<source.count {
                        output[index] = (input[index] - offsets[column]) * scales[column]
                        column += 1
                        if column == count { column = 0 }
                    }
                }
            }
        }
        withExtendedLifetime((source, target)) {}
    }

    var overwritableInputs: [Int] { [0] }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if case .axis(let axis) = RowAxis.of(inputs, 0), scales.count > 1, axis != 0 || facts.first??.rank == 1 {
            return [.mixed("the batch axis holds the features of one row")]
        }
        return [RowAxis.of(inputs, 0)]
    }
}
