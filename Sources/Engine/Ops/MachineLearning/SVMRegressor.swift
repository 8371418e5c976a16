import Tensors

/// The result of a support vector machine: the weighted sum of a row's comparisons with its vectors.
struct SVMRegressor: Operation {
    private let vectors: SupportVectors
    /// The weight of each vector; nil when the only vector is the model itself.
    private let coefficients: [Float]?
    private let rho: Float
    /// The result only says inside or outside: 1 or -1.
    private let isOneClass: Bool

    static let entries = [OperatorEntry("SVMRegressor", domain: "ai.onnx.ml", make: SVMRegressor.init(node:))]

    init(node: Node) throws(EngineError) {
        let count = try node.int("n_supports", default: 0)
        let coefficients = try node.required("coefficients", node.floats("coefficients"))
        guard let rho = try node.floats("rho")?.first else { throw node.malformed("attribute 'rho' is missing") }
        self.rho = rho
        isOneClass = try node.bool("one_class", default: false)
        if count > 0 {
            vectors = try SupportVectors(node, vectors: node.floats("support_vectors") ?? [], count: count, isLinear: false)
            guard coefficients.count >= count else {
                throw node.malformed("\(coefficients.count) coefficients for \(count) vectors")
            }
            self.coefficients = coefficients
        } else {
            vectors = try SupportVectors(node, vectors: coefficients, count: 1, isLinear: true)
            self.coefficients = nil
        }
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let extents = try FeatureRows.check(inputs.tensorFact(0))
        try vectors.check(columns: extents.columns)
        return [Fact(.float32, [extents.rows, 1])]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let input = run.tensor(0)
        let output = try run.target(0, of: self)
        let results = output.mutablePointer(as: Float.self)
        let matrix = FeatureMatrix<Float>(input, in: run)
        run.parallel(matrix.rows, costPerPiece: vectors.cost) { rows in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: vectors.count) { buffer in
                guard let compared = buffer.baseAddress else { return }
                for row in rows {
                    vectors.compare(matrix.elements + row * vectors.features, into: compared)
                    var result = compared[0]
                    if let coefficients { result = FeatureProducts.dot(compared, coefficients, count: vectors.count) }
                    result += rho
                    results[row] = isOneClass ? (result > 0 ? 1 : -1) : result
                }
            }
        }
        withExtendedLifetime((input, output)) {}
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { FeatureRows.rows(inputs, facts: facts, outputs: 1) }
}
