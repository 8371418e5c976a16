struct Momentum: OptimizerRule {
    let alpha: Double
    let beta: Double
    let regularization: Double
    let isNesterov: Bool

    var stateCount: Int { 1 }

    func rate(_ rate: Double, step: Int64) -> Double { rate }

    func update(_ x: Double, gradient: Double, state: inout (Double, Double), rate: Double, step: Int64) -> Double {
        let slope = regularization * x + gradient
        // The first gradient counts in full.
        state.0 = alpha * state.0 + (step > 0 ? beta : 1) * slope
        return x - rate * (isNesterov ? slope + alpha * state.0 : state.0)
    }

    static let all: [OperatorEntry] = [
        .optimizer("Momentum") { node throws(EngineError) in
            let mode = try node.required("mode", node.string("mode"))
            guard mode == "standard" || mode == "nesterov" else {
                throw node.malformed("attribute 'mode' is '\(mode)', which is neither 'standard' nor 'nesterov'")
            }
            return Momentum(
                alpha: Double(try node.required("alpha", node.float("alpha"))),
                beta: Double(try node.required("beta", node.float("beta"))),
                regularization: Double(try node.required("norm_coefficient", node.float("norm_coefficient"))),
                isNesterov: mode == "nesterov")
        }
    ]
}
