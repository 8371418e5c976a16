/// Decision trees laid out for walking: one array of small nodes, in which the two that follow a node lie side by side.
///
/// Immutable; any number of threads may walk it at once.
final class Forest<Scalar: BinaryFloatingPoint & BitwiseCopyable & Sendable>: Sendable {
    struct Node: BitwiseCopyable, Sendable {
        /// Values above it go on with the second node of the pair. A leaf has infinity here, so that it never does.
        var bound: Scalar
        /// The leaf that this is, if it is one.
        var leaf: UInt32
        /// The feature to test; the highest bit says that missing values go on with the second node.
        var feature: UInt32
        /// The first of the two nodes that follow; a leaf follows itself.
        var pair: UInt32

        static var missingAbove: UInt32 { 1 << 31 }
    }

    struct Tree: Sendable {
        let root: UInt32
        /// Steps to the farthest leaf.
        let height: Int
    }

    /// What the leaves of the trees add, and to which result.
    enum Leaves: Sendable {
        /// One value a leaf; all leaves of a tree add to the same result.
        case single(values: [Scalar], targets: [Int])
        /// One value for each result, in order.
        case dense(values: [Scalar])
        /// Any number of values; those of leaf i are at `starts[i]..<starts[i + 1]`.
        case sparse(starts: [Int], targets: [Int], values: [Scalar])
    }

    let nodes: [Node]
    let trees: [Tree]
    let leaves: Leaves
    let targets: Int
    /// The largest feature that is tested, plus one.
    let featureCount: Int
    /// Some leaf that is reached adds to the result, whatever the features are.
    let isAlwaysScored: [Bool]

    init(nodes: [Node], trees: [Tree], leaves: [[ForestDescription.Weight]], targets: Int) throws(EngineError) {
        self.nodes = nodes
        self.trees = trees
        self.targets = targets
        var largest: UInt32 = 0
        var hasTest = false
        for (index, node) in nodes.enumerated() where node.pair != UInt32(index) {
            hasTest = true
            largest = max(largest, node.feature & ~Node.missingAbove)
        }
        featureCount = hasTest ? Int(largest) + 1 : 0
        for weight in leaves.joined() where weight.target < 0 || weight.target >= targets {
            throw EngineError(.malformedModel, "a leaf adds to result \(weight.target) of \(targets)")
        }
        (self.leaves, isAlwaysScored) = Self.arrange(leaves, nodes: nodes, trees: trees, targets: targets)
    }

    private static func arrange(
        _ leaves: [[ForestDescription.Weight]], nodes: [Node], trees: [Tree], targets: Int
    ) -> (Leaves, [Bool]) {
        var isAlwaysScored = [Bool](repeating: false, count: targets)
        var targetOfTree: [Int]? = []
        for (index, tree) in trees.enumerated() {
            let end = index + 1 < trees.count ? Int(trees[index + 1].root) : nodes.count
            let common = commonTargets(leaves, nodes: nodes, Int(tree.root)..<end)
            for target in common.targets { isAlwaysScored[target] = true }
            if common.areAlone, common.targets.count == 1, let target = common.targets.first {
                targetOfTree?.append(target)
            } else {
                targetOfTree = nil
            }
        }
        if targets == 1 {
            // With a single result only the first value of a leaf counts.
            return (
                .single(values: leaves.map { Scalar($0.first?.value ?? 0) }, targets: trees.map { _ in 0 }), isAlwaysScored
            )
        }
        if let targetOfTree {
            return (.single(values: leaves.map { Scalar($0.first?.value ?? 0) }, targets: targetOfTree), isAlwaysScored)
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
        _ leaves: [[ForestDescription.Weight]], nodes: [Node], _ places: Range<Int>
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
            let weights = leaves[Int(node.leaf)]
            if weights.count == 1, common != nil, weights[0].target == last, common?.count == 1 { continue }
            if weights.count != 1 { areAlone = false }
            last = weights.count == 1 ? weights[0].target : nil
            let own = Set(weights.map(\.target))
            common = common.map { $0.intersection(own) } ?? own
        }
        return (common ?? [], areAlone)
    }
}
