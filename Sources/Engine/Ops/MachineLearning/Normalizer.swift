import Tensors

/// Divides each row by its largest element, the sum of its magnitudes or its length; the result is float32.
struct Normalizer: Operation {
    private enum Norm: String {
        case largest = "MAX"
        case sum = "L1"
        case length = "L2"
    }

    private let norm: Norm

    static let entries = [OperatorEntry("Normalizer", domain: "ai.onnx.ml", make: Normalizer.init(node:))]

    init(node: Node) throws(EngineError) {
        let name = try node.string("norm", default: "MAX")
        guard let norm = Norm(rawValue: name) else { throw node.malformed("norm '\(name)' is not known") }
        self.norm = norm
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        _ = try FeatureRows.check(data)
        return [Fact(.float32, data.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let target = try run.target(0, of: self)
        let matrix = FeatureMatrix<Float>(source, in: run)
        let doubles = source.dataType == .float64 ? source.pointer(as: Double.self) : nil
        let output = target.mutablePointer(as: Float.self)
        let columns = matrix.columns
        run.parallel(matrix.rows, costPerPiece: columns * 4) { rows in
            for row in rows {
                let input = matrix.elements + row * columns
                let result = output + row * columns
                switch norm {
                case .largest:
                    var largest = -Float.greatestFiniteMagnitude
                    for index in 0..<columns where input[index] > largest { largest = input[index] }
                    for index in 0..<columns { result[index] = largest == 0 ? input[index] : input[index] / largest }
                case .sum:
                    var sum: Float = 0
                    for index in 0..<columns { sum += abs(input[index]) }
                    for index in 0..<columns { result[index] = sum == 0 ? input[index] : input[index] / sum }
                case .length:
                    var sum: Float = 0
                    for index in 0..<columns { sum += Self.square(input, doubles, row * columns, index) }
                    for index in 0..<columns where sum != 0 {
                        let part = (Self.square(input, doubles, row * columns, index) / sum).squareRoot()
                        result[index] = input[index] < 0 ? -part : part
                    }
                    if sum == 0 { result.update(from: input, count: columns) }
                }
            }
        }
        withExtendedLifetime((source, target)) {}
    }

    /// Doubles are squared before they are rounded.
    @inline(__always)
    private static func square(_ row: UnsafePointer<Float>, _ doubles: UnsafePointer<Double>?, _ first: Int, _ index: Int) -> Float {
        if let doubles { return Float(doubles[first + index] * doubles[first + index]) }
        return row[index] * row[index]
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { FeatureRows.rows(inputs, facts: facts, outputs: 1) }
}
