import Tensors

/// The class that a support vector machine decides for, and its scores: of each pair of classes, or the probability of each.
struct SVMClassifier: Operation {
    private let labels: ClassLabels
    private let transform: PostTransform
    private let vectors: SupportVectors
    /// How pairs of classes are told apart by vectors; nil when each class has a vector that scores it.
    private let pairs: SVMPairs?
    /// What is added to the score of each class, where each has a vector.
    private let rho: Float
    private let areAllPositive: Bool

    static let entries = [OperatorEntry("SVMClassifier", domain: "ai.onnx.ml", make: SVMClassifier.init(node:))]

    var outputCount: Int { 2 }

    init(node: Node) throws(EngineError) {
        labels = try ClassLabels(node: node, integers: "classlabels_ints", strings: "classlabels_strings")
        transform = try PostTransform(node: node)
        let coefficients = try node.required("coefficients", node.floats("coefficients"))
        let rho = try node.required("rho", node.floats("rho"))
        areAllPositive = coefficients.allSatisfy { $0 >= 0 }
        let perClass = try node.ints("vectors_per_class") ?? []
        var count = 0
        for vectors in perClass {
            let (sum, overflow) = count.addingReportingOverflow(vectors)
            guard vectors >= 0, !overflow else { throw node.malformed("vectors_per_class has \(vectors)") }
            count = sum
        }
        if count > 0 {
            vectors = try SupportVectors(node, vectors: node.floats("support_vectors") ?? [], count: count, isLinear: false)
            pairs = try SVMPairs(node, classes: labels.count, vectorsPerClass: perClass, coefficients: coefficients, rho: rho)
            self.rho = 0
        } else {
            vectors = try SupportVectors(node, vectors: coefficients, count: labels.count, isLinear: true)
            pairs = nil
            guard let first = rho.first else { throw node.malformed("attribute 'rho' is empty") }
            self.rho = first
        }
    }

    private var scoreCount: Int {
        guard let pairs, !pairs.hasProbabilities else { return labels.count }
        return labels.count > 2 ? pairs.count : 2
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let extents = try FeatureRows.check(inputs.tensorFact(0))
        try vectors.check(columns: extents.columns)
        return [Fact(labels.dataType, [extents.rows]), Fact(.float32, [extents.rows, .known(scoreCount)])]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let input = run.tensor(0)
        let label = try run.target(0, of: self)
        let output = try run.target(1, of: self)
        let results = output.mutablePointer(as: Float.self)
        let matrix = FeatureMatrix<Float>(input, in: run)
        let chosen = run.scratch(byteCount: label.count * 4).bindMemory(to: Int32.self, capacity: max(1, label.count))
        let width = scoreCount
        run.parallel(matrix.rows, costPerPiece: vectors.cost) { rows in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: vectors.count) { buffer in
                guard let compared = buffer.baseAddress else { return }
                for row in rows {
                    vectors.compare(matrix.elements + row * vectors.features, into: compared)
                    chosen[row] = decide(compared, results + row * width)
                }
            }
        }
        labels.write(UnsafeBufferPointer(start: chosen, count: label.count), to: label)
        withExtendedLifetime((input, output)) {}
    }

    private func decide(_ compared: UnsafePointer<Float>, _ scores: UnsafeMutablePointer<Float>) -> Int32 {
        let classes = labels.count
        guard let pairs else {
            for index in 0..<classes { scores[index] = compared[index] + rho }
            var best = 0
            for index in 0..<classes where scores[index] > scores[best] { best = index }
            let largest = scores[best]
            if classes == 2, areAllPositive ? largest >= 0.5 : largest > 0 { best = 1 }
            transform.apply(to: scores, count: classes)
            return Int32(best)
        }
        let (decisions, winner) = pairs.decide(compared)
        if pairs.hasProbabilities {
            pairs.probabilities(decisions, into: scores)
            transform.apply(to: scores, count: classes)
            return Int32(winner)
        }
        if classes > 2 {
            for (index, decision) in decisions.enumerated() { scores[index] = decision }
            transform.apply(to: scores, count: decisions.count)
            return Int32(winner)
        }
        var score = decisions.first ?? 0
        let second: SecondClass = transform == .none ? .opposite : .complement
        if let pair = second.expand(&score, transform) {
            (scores[0], scores[1]) = pair
        } else {
            (scores[0], scores[1]) = (score, 0)
        }
        return Int32(winner)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { FeatureRows.rows(inputs, facts: facts, outputs: 2) }
}
