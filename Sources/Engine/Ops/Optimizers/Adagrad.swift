struct Adagrad: OptimizerRule {
    let decay: Double
    let epsilon: Double
    let regularization: Double

    var stateCount: Int { 1 }

    func rate(_ rate: Double, step: Int64) -> Double { rate / (1 + Double(step) * decay) }

    func update(_ x: Double, gradient: Double, state: inout (Double, Double), rate: Double, step: Int64) -> Double {
        let slope = regularization * x + gradient
        state.0 += slope * slope
        return x - rate * slope / (state.0.squareRoot() + epsilon)
    }

    static let all: [OperatorEntry] = [
        .optimizer("Adagrad") { node throws(EngineError) in
            Adagrad(
                decay: Double(try node.float("decay_factor", default: 0)), epsilon: Double(try node.float("epsilon", default: 1e-6)),
                regularization: Double(try node.float("norm_coefficient", default: 0)))
        }
    ]
}
