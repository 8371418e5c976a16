import Tensors

extension ForestDescription {
    /// Reads the trees of a node of operator set 5, whose attributes list branches and leaves apart.
    init(version5 node: Node) throws(EngineError) {
        self.init(targets: try node.int("n_targets", default: 1))
        let features = try node.required("nodes_featureids", node.ints("nodes_featureids"))
        let count = features.count
        let modes = try Self.modes(node)
        let bounds = try node.reals(node.required("nodes_splits", node.tensor("nodes_splits")), "nodes_splits")
        let taken = try node.required("nodes_truenodeids", node.ints("nodes_truenodeids"))
        let other = try node.required("nodes_falsenodeids", node.ints("nodes_falsenodeids"))
        let takenLeaf = try node.required("nodes_trueleafs", node.ints("nodes_trueleafs"))
        let otherLeaf = try node.required("nodes_falseleafs", node.ints("nodes_falseleafs"))
        let missing = try node.ints("nodes_missing_value_tracks_true") ?? []
        for (name, length) in [
            ("nodes_modes", modes.count), ("nodes_splits", bounds.count), ("nodes_truenodeids", taken.count),
            ("nodes_falsenodeids", other.count), ("nodes_trueleafs", takenLeaf.count), ("nodes_falseleafs", otherLeaf.count),
        ] where length != count {
            throw node.malformed("\(name) has \(length) entries, nodes_featureids has \(count)")
        }
        var members = try Self.members(node)[...]
        let leafTargets = try node.required("leaf_targetids", node.ints("leaf_targetids"))
        let leafWeights = try node.reals(node.required("leaf_weights", node.tensor("leaf_weights")), "leaf_weights")
        guard leafTargets.count == leafWeights.count else {
            throw node.malformed("leaf_targetids has \(leafTargets.count) entries, leaf_weights \(leafWeights.count)")
        }
        // Branches first, leaves behind them.
        func place(_ id: Int, isLeaf: Bool) throws(EngineError) -> Int {
            guard id >= 0, id < (isLeaf ? leafTargets.count : count) else {
                throw node.malformed("a branch leads to \(isLeaf ? "leaf" : "node") \(id), which does not exist")
            }
            return isLeaf ? count + id : id
        }
        for index in 0..<count {
            let condition: Condition
            switch modes[index] {
            case 0: condition = .lessOrEqual(bounds[index])
            case 1: condition = .less(bounds[index])
            case 2: condition = .greaterOrEqual(bounds[index])
            case 3: condition = .greater(bounds[index])
            case 4: condition = .equal(bounds[index])
            case 5: condition = .notEqual(bounds[index])
            case 6: condition = .member(members.popFirst() ?? [])
            default: throw node.malformed("nodes_modes \(index) is \(modes[index])")
            }
            nodes.append(
                .branch(
                    feature: features[index], condition, missingTaken: index < missing.count && missing[index] != 0,
                    taken: try place(taken[index], isLeaf: takenLeaf[index] != 0),
                    other: try place(other[index], isLeaf: otherLeaf[index] != 0)))
        }
        for index in leafTargets.indices {
            nodes.append(.leaf([Weight(target: leafTargets[index], value: leafWeights[index])]))
        }
        for root in try node.required("tree_roots", node.ints("tree_roots")) { roots.append(try place(root, isLeaf: false)) }
    }

    private static func modes(_ node: Node) throws(EngineError) -> [UInt8] {
        let tensor = try node.required("nodes_modes", node.tensor("nodes_modes"))
        guard tensor.dataType == .uint8 else { throw node.malformed("nodes_modes is \(tensor.dataType), expected uint8") }
        return tensor.elements(as: UInt8.self)
    }

    /// The sets of all nodes that test for membership, in their order; a value that is no number ends each.
    private static func members(_ node: Node) throws(EngineError) -> [[Double]] {
        guard let tensor = try node.tensor("membership_values") else { return [] }
        let values = try node.reals(tensor, "membership_values")
        return values.split(omittingEmptySubsequences: false) { $0.isNaN }.map(Array.init)
    }
}
