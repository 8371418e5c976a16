struct Adam: OptimizerRule {
    let alpha: Double
    let beta: Double
    let epsilon: Double
    let regularization: Double
    let finalRegularization: Double

    var stateCount: Int { 2 }

    func rate(_ rate: Double, step: Int64) -> Double {
        guard step > 0 else { return rate }
        return rate * (1 - Double.pow(beta, Double(step))).squareRoot() / (1 - Double.pow(alpha, Double(step)))
    }

    func update(_ x: Double, gradient: Double, state: inout (Double, Double), rate: Double, step: Int64) -> Double {
        let slope = regularization * x + gradient
        state.0 = alpha * state.0 + (1 - alpha) * slope
        state.1 = beta * state.1 + (1 - beta) * slope * slope
        let moved = x - rate * state.0 / (state.1.squareRoot() + epsilon)
        return (1 - finalRegularization) * moved
    }

    static let all: [OperatorEntry] = [
        .optimizer("Adam") { node throws(EngineError) in
            Adam(
                alpha: Double(try node.float("alpha", default: 0.9)), beta: Double(try node.float("beta", default: 0.999)),
                epsilon: Double(try node.float("epsilon", default: 1e-6)),
                regularization: Double(try node.float("norm_coefficient", default: 0)),
                finalRegularization: Double(try node.float("norm_coefficient_post", default: 0)))
        }
    ]
}
