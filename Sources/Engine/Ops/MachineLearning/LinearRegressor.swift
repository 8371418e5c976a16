import Tensors

/// Linear scores, one for each target.
struct LinearRegressor: Operation {
    private let scores: LinearScores
    private let transform: PostTransform

    static let entries = [OperatorEntry("LinearRegressor", domain: "ai.onnx.ml", make: LinearRegressor.init(node:))]

    init(node: Node) throws(EngineError) {
        scores = try LinearScores(
            node, coefficients: node.required("coefficients", node.floats("coefficients")),
            intercepts: node.floats("intercepts") ?? [], targets: node.int("targets", default: 1))
        transform = try PostTransform(node: node)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let extents = try FeatureRows.check(inputs.tensorFact(0))
        try scores.check(columns: extents.columns)
        return [Fact(.float32, [extents.rows, .known(scores.targets)])]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let input = run.tensor(0)
        let output = try run.target(0, of: self)
        let results = output.mutablePointer(as: Float.self)
        let targets = scores.targets
        scores.forEachRow(of: input, in: run) { row, own in
            // A single target knows no other transform.
            if targets > 1 || transform == .probit { transform.apply(to: own, count: targets) }
            (results + row * targets).update(from: own, count: targets)
        }
        withExtendedLifetime(output) {}
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { FeatureRows.rows(inputs, facts: facts, outputs: 1) }
}
