/// One tree of a model that XGBoost saved.
struct XGBoostTree {
    private let left: [Int]
    private let right: [Int]
    private let feature: [Int]
    private let bound: [Double]
    private let defaultsLeft: [Int]
    /// The categories that go right, by node; nil for nodes that compare with a bound.
    private let categories: [[Int]?]
    /// [leaves, results] for trees whose leaves give to all results.
    private let vectors: [Double]
    private let vectorLength: Int

    init(_ tree: DocumentValue, features: Int) throws(EngineError) {
        left = try tree["left_children"].integers("left_children")
        right = try tree["right_children"].integers("right_children")
        feature = try tree["split_indices"].integers("split_indices")
        bound = try tree["split_conditions"].reals("split_conditions")
        defaultsLeft = try tree["default_left"].integers("default_left")
        let count = left.count
        guard count > 0, [right.count, feature.count, bound.count, defaultsLeft.count].allSatisfy({ $0 == count }) else {
            throw EngineError(.malformedModel, "its lists differ in length")
        }
        let length = tree["tree_param"]["size_leaf_vector"]
        vectorLength = length.isNull ? 1 : max(1, try length.integer("size_leaf_vector"))
        if vectorLength > 1 {
            // Older files keep the leaves' values among those of all nodes.
            let leaves = tree["leaf_weights"]
            vectors = try (leaves.isNull ? tree["base_weights"] : leaves).reals("leaf_weights")
        } else {
            vectors = []
        }
        categories = try Self.categories(tree, count: count)
        for index in 0..<count where left[index] >= 0 {
            guard feature[index] >= 0, feature[index] < features else {
                throw EngineError(.malformedModel, "node \(index) tests feature \(feature[index]) of \(features)")
            }
        }
    }

    private static func categories(_ tree: DocumentValue, count: Int) throws(EngineError) -> [[Int]?] {
        var categories = [[Int]?](repeating: nil, count: count)
        if tree["categories_nodes"].isNull { return categories }
        let nodes = try tree["categories_nodes"].integers("categories_nodes")
        let starts = try tree["categories_segments"].integers("categories_segments")
        let sizes = try tree["categories_sizes"].integers("categories_sizes")
        let all = try tree["categories"].integers("categories")
        guard starts.count == nodes.count, sizes.count == nodes.count else {
            throw EngineError(.malformedModel, "its lists of categories differ in length")
        }
        for (index, node) in nodes.enumerated() {
            let (start, size) = (starts[index], sizes[index])
            guard node >= 0, node < count, start >= 0, size >= 0, start <= all.count, size <= all.count - start else {
                throw EngineError(.malformedModel, "the categories of node \(node) are out of range")
            }
            let own = Set(all[start..<start + size])
            // Single precision counts no further; greater categories are taken for invalid.
            guard own.allSatisfy({ $0 >= 0 && $0 < 1 << 24 }) else {
                throw EngineError(.malformedModel, "node \(node) has a category out of range")
            }
            categories[node] = own.sorted()
        }
        return categories
    }

    /// Adds the tree's nodes and its root.
    func append(to description: inout ForestDescription, group: Int) throws(EngineError) {
        let first = description.nodes.count
        description.roots.append(first)
        for index in left.indices {
            if left[index] < 0 {
                description.nodes.append(.leaf(try leaf(index, group: group, targets: description.targets)))
                continue
            }
            guard left.indices.contains(left[index]), left.indices.contains(right[index]) else {
                throw EngineError(.malformedModel, "node \(index) leads to \(left[index]) and \(right[index])")
            }
            let isLeft = defaultsLeft[index] != 0
            if let categories = categories[index] {
                // Members go right.
                description.nodes.append(
                    .branch(
                        feature: feature[index], .category(categories, cutsNegative: false), missingTaken: !isLeft,
                        taken: first + right[index], other: first + left[index]))
            } else {
                description.nodes.append(
                    .branch(
                        feature: feature[index], .less(bound[index]), missingTaken: isLeft, taken: first + left[index],
                        other: first + right[index]))
            }
        }
    }

    private func leaf(_ index: Int, group: Int, targets: Int) throws(EngineError) -> [ForestDescription.Weight] {
        if vectorLength == 1 { return [ForestDescription.Weight(target: group, value: bound[index])] }
        guard vectorLength == targets else {
            throw EngineError(.malformedModel, "leaves of \(vectorLength) values for \(targets) results")
        }
        // The leaf's number is kept in place of its right child, unless all nodes have values.
        let place = vectors.count == left.count * targets ? index : right[index]
        guard place >= 0, place < vectors.count / targets else {
            throw EngineError(.malformedModel, "leaf \(index) has no values")
        }
        return (0..<targets).map { ForestDescription.Weight(target: $0, value: vectors[place * targets + $0]) }
    }
}
