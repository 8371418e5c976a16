import Tensors

/// The scores of linear models: for each row and target the product with the target's coefficients, plus its intercept.
struct LinearScores: Sendable {
    let targets: Int
    let features: Int
    /// [targets, features].
    private let coefficients: [Float]
    /// One for each target.
    private let intercepts: [Float]

    /// - Throws: `malformedModel` when the coefficients are not as many for each target.
    init(_ node: Node, coefficients: [Float], intercepts: [Float], targets: Int) throws(EngineError) {
        guard targets > 0, !coefficients.isEmpty, coefficients.count % targets == 0 else {
            throw node.malformed("\(coefficients.count) coefficients for \(targets) targets")
        }
        self.targets = targets
        features = coefficients.count / targets
        self.coefficients = coefficients
        self.intercepts = intercepts.count == targets ? intercepts : [Float](repeating: 0, count: targets)
    }

    func check(columns: Int?) throws(EngineError) {
        if let columns, columns != features {
            throw EngineError(.invalidInput, "rows of \(columns) features, the model has \(features) coefficients a target")
        }
    }

    /// Calls `finish` for each row with its scores, which it may change; rows may be finished on several threads at once.
    func forEachRow(
        of input: Tensor, in run: NodeRun, _ finish: (_ row: Int, _ scores: UnsafeMutablePointer<Float>) -> Void
    ) {
        let matrix = FeatureMatrix<Float>(input, in: run)
        let scores = run.scratch(byteCount: matrix.rows * targets * 4)
            .bindMemory(to: Float.self, capacity: max(1, matrix.rows * targets))
        coefficients.withUnsafeBufferPointer { coefficients in
            guard let weights = coefficients.baseAddress else { return }
            run.parallel(matrix.rows, costPerPiece: 2 * targets * features) { rows in
                for row in rows {
                    let own = scores + row * targets
                    let x = matrix.elements + row * features
                    for target in 0..<targets {
                        own[target] =
                            FeatureProducts.dot(x, weights + target * features, count: features) + intercepts[target]
                    }
                    finish(row, own)
                }
            }
        }
        withExtendedLifetime(input) {}
    }
}
