import Tensors

extension ForestDescription {
    /// Reads the trees of a node whose attributes name every tree and node, as before operator set 5.
    ///
    /// - Parameters:
    ///   - kind: what the attributes of the leaves begin with, "target" or "class".
    ///   - targets: results of each row.
    init(node: Node, leaves kind: String, targets: Int) throws(EngineError) {
        self.init(targets: targets)
        let trees = try node.ints("nodes_treeids") ?? []
        let ids = try node.ints("nodes_nodeids") ?? []
        let features = try node.ints("nodes_featureids") ?? []
        let modes = try node.strings("nodes_modes") ?? []
        let bounds = try node.reals("nodes_values")
        let taken = try node.ints("nodes_truenodeids") ?? []
        let other = try node.ints("nodes_falsenodeids") ?? []
        let missing = try node.ints("nodes_missing_value_tracks_true") ?? []
        let count = ids.count
        for (name, length) in [
            ("nodes_treeids", trees.count), ("nodes_featureids", features.count), ("nodes_modes", modes.count),
            ("nodes_values", bounds.count), ("nodes_truenodeids", taken.count), ("nodes_falsenodeids", other.count),
        ] where length != count {
            throw node.malformed("\(name) has \(length) entries, nodes_nodeids has \(count)")
        }
        let places = try ForestPlaces(node, trees: trees, ids: ids)
        let weights = try Self.weights(node, leaves: kind, places: places, count: count)
        nodes.reserveCapacity(count)
        for index in 0..<count {
            if modes[index] == "LEAF" {
                nodes.append(.leaf(weights[index]))
                continue
            }
            guard let condition = Condition(mode: modes[index], bound: bounds[index]) else {
                throw node.malformed("nodes_modes \(index) is '\(modes[index])'")
            }
            guard let first = places[trees[index], taken[index]],
                let second = places[trees[index], other[index]]
            else {
                throw node.malformed(
                    "node \(ids[index]) of tree \(trees[index]) leads to \(taken[index]) and \(other[index]), not both there")
            }
            let tracksTrue = index < missing.count && missing[index] != 0
            nodes.append(.branch(feature: features[index], condition, missingTaken: tracksTrue, taken: first, other: second))
        }
        // A tree begins with its first node in the list.
        for index in 0..<count where index == 0 || trees[index] != trees[index - 1] { roots.append(index) }
    }

    private static func weights(
        _ node: Node, leaves kind: String, places: ForestPlaces, count: Int
    ) throws(EngineError) -> [[Weight]] {
        let trees = try node.ints("\(kind)_treeids") ?? []
        let ids = try node.ints("\(kind)_nodeids") ?? []
        let targets = try node.ints("\(kind)_ids") ?? []
        let values = try node.reals("\(kind)_weights")
        guard trees.count == ids.count, targets.count == ids.count, values.count == ids.count else {
            throw node.malformed(
                "\(kind)_treeids, _nodeids, _ids and _weights have \(trees.count), \(ids.count), \(targets.count) and \(values.count) entries"
            )
        }
        var weights = [[Weight]](repeating: [], count: count)
        for index in ids.indices {
            guard let place = places[trees[index], ids[index]] else {
                throw node.malformed("a weight of node \(ids[index]) of tree \(trees[index]), which does not exist")
            }
            // Weights of a node that is no leaf are ignored: old exporters wrote them.
            weights[place].append(Weight(target: targets[index], value: values[index]))
        }
        return weights
    }
}

extension ForestDescription.Condition {
    init?(mode: ByteString, bound: Double) {
        switch mode {
        case "BRANCH_LEQ": self = .lessOrEqual(bound)
        case "BRANCH_LT": self = .less(bound)
        case "BRANCH_GTE": self = .greaterOrEqual(bound)
        case "BRANCH_GT": self = .greater(bound)
        case "BRANCH_EQ": self = .equal(bound)
        case "BRANCH_NEQ": self = .notEqual(bound)
        default: return nil
        }
    }
}

extension Node {
    /// Numbers given as a list of floats or, with `_as_tensor` behind the name, as a tensor; empty when neither is given.
    func reals(_ name: String) throws(EngineError) -> [Double] {
        let tensor = try tensor("\(name)_as_tensor")
        if let floats = try floats(name), !floats.isEmpty {
            guard tensor == nil || tensor?.count == 0 else { throw malformed("\(name) and \(name)_as_tensor are both given") }
            return floats.map(Double.init)
        }
        guard let tensor else { return [] }
        return try reals(tensor, name)
    }

    /// The elements of a floating-point tensor.
    func reals(_ tensor: Tensor, _ name: String) throws(EngineError) -> [Double] {
        guard tensor.dataType.isFloatingPoint, RealElements.exist(for: tensor.dataType) else {
            throw malformed("\(name) has elements of type \(tensor.dataType)")
        }
        let elements = RealElements(tensor)
        return (0..<tensor.count).map { elements[$0] }
    }
}
