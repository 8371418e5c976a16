import Glibc
import Tensors

/// A model as XGBoost saves it, in JSON or UBJSON.
struct XGBoostModel {
    private let learner: DocumentValue
    private let objective: XGBoostObjective
    private let features: Int
    private let targets: Int
    private let base: [Float]

    /// True when a document is one of XGBoost's.
    static func recognises(_ document: DocumentValue) -> Bool { !document["learner"]["gradient_booster"].isNull }

    init(_ document: DocumentValue) throws(EngineError) {
        learner = document["learner"]
        let parameters = learner["learner_model_param"]
        features = try parameters["num_feature"].integer("num_feature")
        let classes = try parameters["num_class"].integer("num_class")
        let declared = parameters["num_target"].isNull ? 1 : try parameters["num_target"].integer("num_target")
        targets = max(1, max(classes, declared))
        guard features >= 0, features < Int(Int32.max), targets < 1 << 20 else {
            throw EngineError(.malformedModel, "\(features) features and \(targets) results")
        }
        objective = try XGBoostObjective(name: learner["objective"]["name"].text("objective"))
        let scores = try Self.baseScores(parameters["base_score"])
        guard scores.count == 1 || scores.count == targets else {
            throw EngineError(.malformedModel, "\(scores.count) base scores for \(targets) results")
        }
        let objective = objective
        base = (0..<targets).map { objective.margin(ofBase: scores[scores.count == 1 ? 0 : $0]) }
    }

    /// A number in quotes or, in newer files, several in brackets in quotes.
    private static func baseScores(_ value: DocumentValue) throws(EngineError) -> [Float] {
        guard case .text(let text) = value else { return [Float(try value.real("base_score"))] }
        let numbers = text.drop { $0 == "[" }.prefix { $0 != "]" }.split(separator: ",")
        var scores: [Float] = []
        for number in numbers {
            guard let score = Float(number.filter { $0 != " " }) else {
                throw EngineError(.malformedModel, "'base_score' is '\(text)'")
            }
            scores.append(score)
        }
        guard !scores.isEmpty else { throw EngineError(.malformedModel, "'base_score' is '\(text)'") }
        return scores
    }

    func graph() throws(EngineError) -> Graph {
        let booster = learner["gradient_booster"]
        let transform = objective.transform
        let results = transform.resultCount(targets)
        switch try booster["name"].text("gradient_booster.name") {
        case "gbtree": return try trees(booster["model"], weights: [], results)
        case "dart":
            return try trees(booster["gbtree"]["model"], weights: booster["weight_drop"].reals("weight_drop").map { Float($0) }, results)
        case "gblinear":
            let weights = try booster["model"]["weights"].reals("weights").map { Float($0) }
            guard weights.count == (features + 1) * targets else {
                throw EngineError(.malformedModel, "\(weights.count) weights for \(features) features and \(targets) results")
            }
            let operation = BoostedLinear(features: features, targets: targets, base: base, weights: weights, transform: transform)
            return NativeGraph.single("BoostedLinear", operation, features: features, dataType: .float32, results: results)
        case let name: throw EngineError(.unsupported, "the booster '\(name)'")
        }
    }

    private func trees(_ model: DocumentValue, weights: [Float], _ results: Int) throws(EngineError) -> Graph {
        let trees = try model["trees"].array("trees")
        let groups = try model["tree_info"].integers("tree_info")
        guard groups.count == trees.count, weights.isEmpty || weights.count == trees.count else {
            throw EngineError(.malformedModel, "\(trees.count) trees, \(groups.count) groups and \(weights.count) weights")
        }
        var description = ForestDescription(targets: targets)
        for (index, tree) in trees.enumerated() {
            do {
                try XGBoostTree(tree, features: features).append(to: &description, group: groups[index])
            } catch { throw EngineError(error.code, error.message, place: "tree \(index)") }
        }
        var builder = ForestBuilder<Float>(description)
        let operation = BoostedTrees(
            forest: try builder.build(), base: base, weights: weights, divisor: 1, transform: objective.transform,
            features: features, linearLeaves: nil)
        return NativeGraph.single("BoostedTrees", operation, features: features, dataType: .float32, results: results)
    }
}
