import Tensors

/// The predictions of XGBoost's linear booster: a base, a bias and the features times their weights, in that order.
struct BoostedLinear: Operation {
    let features: Int
    let targets: Int
    let base: [Float]
    /// [features + 1, targets]: the biases behind the weights.
    let weights: [Float]
    let transform: ScoreTransform

    private var results: Int { transform.resultCount(targets) }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let extents = try FeatureRows.check(inputs.tensorFact(0), types: [.float32])
        if let columns = extents.columns, columns != features {
            throw EngineError(.invalidInput, "rows of \(columns) features, the model has \(features)")
        }
        return [Fact(.float32, results == 1 ? [extents.rows] : [extents.rows, .known(results)])]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let input = run.tensor(0)
        let output = try run.target(0, of: self)
        let matrix = FeatureMatrix<Float>(input, in: run)
        let result = output.mutablePointer(as: Float.self)
        run.parallel(matrix.rows, costPerPiece: 2 * features * targets) { rows in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: targets) { buffer in
                guard let scores = buffer.baseAddress else { return }
                for row in rows {
                    let x = matrix.elements + row * features
                    for target in 0..<targets {
                        var sum = weights[features * targets + target] + base[target]
                        // Missing features count nothing.
                        for feature in 0..<features where !x[feature].isNaN {
                            sum += x[feature] * weights[feature * targets + target]
                        }
                        scores[target] = sum
                    }
                    transform.apply(scores, count: targets)
                    (result + row * results).update(from: scores, count: results)
                }
            }
        }
        withExtendedLifetime((input, output)) {}
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { FeatureRows.rows(inputs, facts: facts, outputs: 1) }
}
