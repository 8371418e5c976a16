/// Decision trees as formats describe them, before they are laid out for walking.
struct ForestDescription: Sendable {
    /// When the first branch of a node is taken.
    enum Condition: Sendable {
        case lessOrEqual(Double)
        case less(Double)
        case greaterOrEqual(Double)
        case greater(Double)
        case equal(Double)
        case notEqual(Double)
        /// Equal to one of these.
        case member([Double])
        /// Cut off to a whole number that is one of these, sorted and distinct, none of them negative. What lies between -1
        /// and 0 is cut off to 0, or belongs to nothing.
        case category([Int], cutsNegative: Bool)
        /// Between boundaries, ascending and distinct, it holds alternately; a value on a boundary is below it.
        case alternating([Double], holdsFirst: Bool)
    }

    struct Weight: Sendable {
        let target: Int
        let value: Double
    }

    enum TreeNode: Sendable {
        case branch(feature: Int, Condition, missingTaken: Bool, taken: Int, other: Int)
        case leaf([Weight])
    }

    var nodes: [TreeNode] = []
    /// Indices of the trees' first nodes, in the order in which their results are added.
    var roots: [Int] = []
    /// Results of each row.
    var targets: Int
    /// For formats that say more of leaves than values: the number of each leaf, by node.
    var leafNumbers: [Int: Int] = [:]

    init(targets: Int) { self.targets = targets }
}
