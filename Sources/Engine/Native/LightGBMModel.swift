import Tensors

/// A model as LightGBM saves it, as text.
struct LightGBMModel {
    private let text: LightGBMText
    private let features: Int
    private let targets: Int
    private let transform: ScoreTransform

    init(_ text: LightGBMText) throws(EngineError) {
        self.text = text
        let (last, overflow) = try text.header.integer("max_feature_idx").addingReportingOverflow(1)
        targets = try text.header.integer("num_tree_per_iteration")
        guard !overflow, last >= 0, last < Int(Int32.max), targets > 0, targets < 1 << 20 else {
            throw EngineError(.malformedModel, "\(last) features and \(targets) results")
        }
        features = last
        transform = try Self.transform(text.header["objective"] ?? "")
    }

    /// What the objective, with its parameters behind it, makes of scores. Without one they stay as they are.
    private static func transform(_ objective: Substring) throws(EngineError) -> ScoreTransform {
        let words = objective.split(separator: " ")
        var slope = 1.0
        for word in words where word.hasPrefix("sigmoid:") {
            guard let value = Double(word.dropFirst(8)) else { throw EngineError(.malformedModel, "the objective '\(objective)'") }
            slope = value
        }
        switch words.first {
        case nil, "custom", "regression_l1", "huber", "fair", "quantile", "mape", "lambdarank", "rank_xendcg": return .identity
        case "regression": return words.contains("sqrt") ? .signedSquare : .identity
        case "binary", "multiclassova": return .sigmoid(slope: slope)
        case "multiclass": return .softmax
        case "poisson", "gamma", "tweedie": return .exponential
        case "cross_entropy": return .sigmoid(slope: 1)
        case "cross_entropy_lambda": return .logOfOnePlusExponential
        case let name?: throw EngineError(.unsupported, "the objective '\(name)'")
        }
    }

    func graph() throws(EngineError) -> Graph {
        var description = ForestDescription(targets: targets)
        var linear: [LinearLeaves<Double>.Leaf] = []
        var isLinear = false
        for (index, block) in text.trees.enumerated() {
            do {
                let tree = try LightGBMTree(block, features: features)
                try tree.append(to: &description, target: index % targets)
                linear += tree.linearLeaves
                isLinear = isLinear || tree.isLinear
            } catch { throw EngineError(error.code, error.message, place: "tree \(index)") }
        }
        var builder = ForestBuilder<Double>(description)
        let forest = try builder.build()
        var leaves: LinearLeaves<Double>?
        if isLinear {
            let targets = targets
            // The forest numbers leaves as it meets them; the description's numbers are in their weights' place.
            leaves = LinearLeaves(
                leaves: builder.leafNodes.map { linear[description.leafNumbers[$0] ?? 0] },
                targetOfTree: text.trees.indices.map { $0 % targets })
        }
        let iterations = text.trees.count / targets
        let operation = BoostedTrees(
            forest: forest, base: [Double](repeating: 0, count: targets), weights: [],
            divisor: text.flags.contains("average_output") ? Double(max(1, iterations)) : 1, transform: transform,
            features: features, linearLeaves: leaves)
        return NativeGraph.single(
            "BoostedTrees", operation, features: features, dataType: .float64, results: transform.resultCount(targets))
    }
}
