/// One tree of a model that LightGBM saved.
struct LightGBMTree {
    /// Numbers within this of 0 are taken for 0.
    private static let zeroBound = Double(Float(1e-35))

    let isLinear: Bool
    /// The leaves as models of their own; plain ones have a constant alone.
    let linearLeaves: [LinearLeaves<Double>.Leaf]

    private let leafValues: [Double]
    private let features: [Int]
    private let bounds: [Double]
    private let kinds: [Int]
    private let left: [Int]
    private let right: [Int]
    private let categories: [[Int]]

    init(_ block: LightGBMText.Block, features count: Int) throws(EngineError) {
        let leaves = try block.integer("num_leaves")
        guard leaves >= 1, leaves < Int(Int32.max) else { throw EngineError(.malformedModel, "\(leaves) leaves") }
        let branches = leaves - 1
        leafValues = try block.reals("leaf_value", count: leaves)
        features = try block.integers("split_feature", count: branches)
        bounds = try block.reals("threshold", count: branches)
        kinds = try block.integers("decision_type", count: branches)
        left = try block.integers("left_child", count: branches)
        right = try block.integers("right_child", count: branches)
        for feature in features where feature < 0 || feature >= count {
            throw EngineError(.malformedModel, "a branch tests feature \(feature) of \(count)")
        }
        categories = try Self.categories(block)
        isLinear = (block["is_linear"] ?? "0") != "0"
        if isLinear {
            linearLeaves = try Self.linear(block, values: leafValues, features: count)
        } else {
            linearLeaves = leafValues.map { LinearLeaves<Double>.Leaf(constant: $0, terms: [], fallback: $0) }
        }
    }

    /// The sets of categories, each as bits in words of 32.
    private static func categories(_ block: LightGBMText.Block) throws(EngineError) -> [[Int]] {
        let starts = try block.integers("cat_boundaries", count: nil)
        let words = try block.integers("cat_threshold", count: nil)
        var sets: [[Int]] = []
        for index in starts.indices.dropLast() {
            let (start, end) = (starts[index], starts[index + 1])
            guard start >= 0, end >= start, end <= words.count else {
                throw EngineError(.malformedModel, "the categories from \(start) to \(end) of \(words.count) words")
            }
            var members: [Int] = []
            for word in start..<end {
                for bit in 0..<32 where words[word] >> bit & 1 == 1 { members.append((word - start) * 32 + bit) }
            }
            sets.append(members)
        }
        return sets
    }

    private static func linear(
        _ block: LightGBMText.Block, values: [Double], features: Int
    ) throws(EngineError) -> [LinearLeaves<Double>.Leaf] {
        let constants = try block.reals("leaf_const", count: values.count)
        let counts = try block.integers("num_features", count: values.count)
        let places = try block.integers("leaf_features", count: nil)
        let coefficients = try block.reals("leaf_coeff", count: places.count)
        var leaves: [LinearLeaves<Double>.Leaf] = []
        var next = 0
        for (index, count) in counts.enumerated() {
            guard count >= 0, count <= places.count - next else { throw EngineError(.malformedModel, "'num_features' has \(count)") }
            let terms = (next..<next + count).map { (feature: places[$0], coefficient: coefficients[$0]) }
            guard terms.allSatisfy({ $0.feature >= 0 && $0.feature < features }) else {
                throw EngineError(.malformedModel, "'leaf_features' has a feature out of range")
            }
            leaves.append(LinearLeaves.Leaf(constant: constants[index], terms: terms, fallback: values[index]))
            next += count
        }
        return leaves
    }

    /// Adds the tree's branches and leaves, and its root.
    func append(to description: inout ForestDescription, target: Int) throws(EngineError) {
        let first = description.nodes.count
        let branches = features.count
        description.roots.append(first)
        func place(_ child: Int) throws(EngineError) -> Int {
            // Leaves are numbered by complements.
            let place = child >= 0 ? child : branches + ~child
            guard child >= 0 ? child < branches : ~child < leafValues.count else {
                throw EngineError(.malformedModel, "a branch leads to \(child)")
            }
            return first + place
        }
        for index in 0..<branches {
            let (condition, missingTaken) = try condition(index)
            description.nodes.append(
                .branch(
                    feature: features[index], condition, missingTaken: missingTaken, taken: try place(left[index]),
                    other: try place(right[index])))
        }
        for value in leafValues {
            description.leafNumbers[description.nodes.count] = description.leafNumbers.count
            description.nodes.append(.leaf([ForestDescription.Weight(target: target, value: value)]))
        }
    }

    private func condition(_ index: Int) throws(EngineError) -> (ForestDescription.Condition, missingTaken: Bool) {
        let kind = kinds[index]
        let bound = bounds[index]
        if kind & 1 != 0 {
            guard let set = Int(exactly: bound), categories.indices.contains(set) else {
                throw EngineError(.malformedModel, "branch \(index) has the set of categories \(bound)")
            }
            return (.category(categories[set], cutsNegative: true), false)
        }
        let defaultsLeft = kind & 2 != 0
        // What is missing: nothing, so that a value that is no number counts as 0; zeros and the like; or what is no number.
        switch kind >> 2 & 3 {
        case 0: return (.lessOrEqual(bound), 0 <= bound)
        case 1: return (Self.aroundZero(bound, defaultsLeft: defaultsLeft), defaultsLeft)
        case 2: return (.lessOrEqual(bound), defaultsLeft)
        default: throw EngineError(.malformedModel, "branch \(index) has the decision type \(kind)")
        }
    }

    /// Not above the bound, but for what counts as 0, which goes where missing values go.
    private static func aroundZero(_ bound: Double, defaultsLeft: Bool) -> ForestDescription.Condition {
        let below = (-zeroBound).nextDown
        if defaultsLeft {
            if bound < below { return .alternating([bound, below, zeroBound], holdsFirst: true) }
            return .lessOrEqual(max(bound, zeroBound))
        }
        if bound > zeroBound { return .alternating([below, zeroBound, bound], holdsFirst: true) }
        return .lessOrEqual(min(bound, below))
    }
}
