/// Decision trees laid out for walking: one array of small nodes, in which the two that follow a node lie side by side.
///
/// Immutable; any number of threads may walk it at once.
final class Forest<Scalar: BinaryFloatingPoint & BitwiseCopyable & Sendable>: Sendable {
    struct Node: BitwiseCopyable, Sendable {
        /// Values above it go on with the second node of the pair. A leaf has infinity here, so that it never does.
        var bound: Scalar
        /// The feature to test.
        var feature: UInt32
        /// Where it stands in a row whose missing values are replaced: further on by the number of features when missing
        /// values go on with the second node.
        var replaced: UInt32
        /// The first of the two nodes that follow; a leaf follows itself.
        var pair: UInt32

        static func test(bound: Scalar, feature: Int, missingAbove: Bool, pair: UInt32, features: Int) -> Node {
            Node(
                bound: bound, feature: UInt32(feature), replaced: UInt32(feature + (missingAbove ? features : 0)), pair: pair)
        }

        static func leaf(at place: Int) -> Node { Node(bound: .infinity, feature: 0, replaced: 0, pair: UInt32(place)) }
    }

    struct Tree: Sendable {
        let root: UInt32
        /// Steps to the farthest leaf.
        let height: Int
    }

    /// What the leaves of the trees add, and to which result.
    enum Leaves: Sendable {
        /// One value a leaf, by the leaf's place among the nodes; all leaves of a tree add to the same result.
        case single(values: [Scalar], targets: [Int])
        /// One value for each result, in order.
        case dense(values: [Scalar])
        /// Any number of values; those of leaf i are at `starts[i]..<starts[i + 1]`.
        case sparse(starts: [Int], targets: [Int], values: [Scalar])
    }

    let nodes: [Node]
    /// For each node the number of the leaf that it is; 0 for tests.
    let leafOfNode: [UInt32]
    let trees: [Tree]
    let leaves: Leaves
    let targets: Int
    /// The largest feature that is tested, plus one.
    let featureCount: Int
    /// Some test sends nothing but missing values to its second node, which no number in their place could tell.
    let hasPureMissingTest: Bool
    /// Some leaf that is reached adds to the result, whatever the features are.
    let isAlwaysScored: [Bool]

    init(
        nodes: [Node], leafOfNode: [UInt32], trees: [Tree], leaves: [[ForestDescription.Weight]], targets: Int, features: Int
    ) throws(EngineError) {
        self.nodes = nodes
        self.leafOfNode = leafOfNode
        self.trees = trees
        self.targets = targets
        featureCount = features
        hasPureMissingTest = nodes.contains { $0.replaced != $0.feature && $0.bound == .infinity }
        for weight in leaves.joined() where weight.target < 0 || weight.target >= targets {
            throw EngineError(.malformedModel, "a leaf adds to result \(weight.target) of \(targets)")
        }
        (self.leaves, isAlwaysScored) = Self.arrange(leaves, nodes: nodes, leafOfNode: leafOfNode, trees: trees, targets: targets)
    }

    private static func arrange(
        _ leaves: [[ForestDescription.Weight]], nodes: [Node], leafOfNode: [UInt32], trees: [Tree], targets: Int
    ) -> (Leaves, [Bool]) {
        var isAlwaysScored = [Bool](repeating: false, count: targets)
        var targetOfTree: [Int]? = []
        for (index, tree) in trees.enumerated() {
            let end = index + 1 < trees.count ? Int(trees[index + 1].root) : nodes.count
            let common = commonTargets(leaves, nodes: nodes, leafOfNode, Int(tree.root)..<end)
            for target in common.targets { isAlwaysScored[target] = true }
            if common.areAlone, common.targets.count == 1, let target = common.targets.first {
                targetOfTree?.append(target)
            } else {
                targetOfTree = nil
            }
        }
        // With a single result only the first value of a leaf counts.
        if targets == 1 { targetOfTree = trees.map { _ in 0 } }
        if let targetOfTree {
            let values = nodes.indices.map { place in
                nodes[place].pair == UInt32(place) ? Scalar(leaves[Int(leafOfNode[place])].first?.value ?? 0) : 0
            }
            return (.single(values: values, targets: targetOfTree), isAlwaysScored)
        }
        if leaves.allSatisfy({ $0.map(\.target) == Array(0..<targets) }) {
            return (.dense(values: leaves.joined().map { Scalar($0.value) }), isAlwaysScored)
        }
        var starts = [0]
        for leaf in leaves { starts.append(starts[starts.count - 1] + leaf.count) }
        let flat = leaves.joined()
        return (
            .sparse(starts: starts, targets: flat.map(\.target), values: flat.map { Scalar($0.value) }), isAlwaysScored
        )
    }

    /// The results that every leaf of a tree adds to, and whether every leaf adds to a single one.
    ///
    /// Nodes that trees share lie with the first of them; a tree that uses another's is judged cautiously, as having none.
    private static func commonTargets(
        _ leaves: [[ForestDescription.Weight]], nodes: [Node], _ leafOfNode: [UInt32], _ places: Range<Int>
    ) -> (targets: Set<Int>, areAlone: Bool) {
        var common: Set<Int>?
        var last: Int?
        var areAlone = true
        for place in places {
            let node = nodes[place]
            if node.pair != UInt32(place) {
                if !places.contains(Int(node.pair)) { return ([], false) }
                continue
            }
            let weights = leaves[Int(leafOfNode[place])]
            if weights.count == 1, common != nil, weights[0].target == last, common?.count == 1 { continue }
            if weights.count != 1 { areAlone = false }
            last = weights.count == 1 ? weights[0].target : nil
            let own = Set(weights.map(\.target))
            common = common.map { $0.intersection(own) } ?? own
        }
        return (common ?? [], areAlone)
    }
}
