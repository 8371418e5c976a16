internal import Kernels
import Tensors

/// The class with the largest linear score, and the scores of all classes.
struct LinearClassifier: Operation {
    private let scores: LinearScores
    private let labels: ClassLabels
    private let transform: PostTransform

    static let entries = [OperatorEntry("LinearClassifier", domain: "ai.onnx.ml", make: LinearClassifier.init(node:))]

    var outputCount: Int { 2 }

    init(node: Node) throws(EngineError) {
        labels = try ClassLabels(node: node, integers: "classlabels_ints", strings: "classlabels_strings")
        let intercepts = try node.floats("intercepts") ?? []
        let coefficients = try node.required("coefficients", node.floats("coefficients"))
        let targets = intercepts.isEmpty ? labels.count : intercepts.count
        scores = try LinearScores(node, coefficients: coefficients, intercepts: intercepts, targets: targets)
        guard targets == 1 || labels.count >= targets else {
            throw node.malformed("\(targets) scores for \(labels.count) classes")
        }
        transform = try PostTransform(node: node)
    }

    /// One score decides between two classes.
    private var isBinary: Bool { scores.targets == 1 && labels.count == 2 }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let extents = try FeatureRows.check(inputs.tensorFact(0))
        try scores.check(columns: extents.columns)
        return [
            Fact(labels.dataType, [extents.rows]),
            Fact(.float32, [extents.rows, .known(isBinary ? 2 : scores.targets)]),
        ]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let input = run.tensor(0)
        let label = try run.target(0, of: self)
        let output = try run.target(1, of: self)
        let results = output.mutablePointer(as: Float.self)
        let targets = scores.targets
        let chosen = run.scratch(byteCount: label.count * 4).bindMemory(to: Int32.self, capacity: max(1, label.count))
        if targets > 1 {
            scores.forEachBlock(of: input, in: run) { rows, own in
                for row in rows {
                    let scores = own + (row - rows.lowerBound) * targets
                    var best = 0
                    for target in 1..<targets where scores[target] > scores[best] { best = target }
                    chosen[row] = Int32(best)
                }
                let target = results + rows.lowerBound * targets
                switch transform {
                case .softmax: Kernels.table.rows.softmax(own, target, rows.count, targets)
                case .logistic: Kernels.table.unary.sigmoid(own, target, rows.count * targets)
                default:
                    for row in 0..<rows.count { transform.apply(to: own + row * targets, count: targets) }
                    target.update(from: own, count: rows.count * targets)
                }
            }
        } else {
            scores.forEachRow(of: input, in: run) { row, own in
                let isPositive = own[0] > 0
                if labels.count == 2 {
                    chosen[row] = isPositive ? 1 : 0
                } else {
                    chosen[row] = isPositive ? ClassLabels.literalOne : ClassLabels.literalZero
                }
                var score = own[0]
                if !isBinary {
                    if transform == .probit { score = PostTransform.probit(score) }
                    results[row] = score
                } else if let pair = second.expand(&score, transform) {
                    (results[2 * row], results[2 * row + 1]) = pair
                } else {
                    (results[2 * row], results[2 * row + 1]) = (score, 0)
                }
            }
        }
        labels.write(UnsafeBufferPointer(start: chosen, count: label.count), to: label)
        withExtendedLifetime(output) {}
    }

    private var second: SecondClass { .complement }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { FeatureRows.rows(inputs, facts: facts, outputs: 2) }
}
