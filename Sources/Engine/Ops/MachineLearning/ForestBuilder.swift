/// Lays decision trees out for walking.
///
/// Whatever the conditions were, each becomes one or more tests of the form "above a bound": an equality two of them, a set
/// a small search tree. The walk then knows a single kind of step.
struct ForestBuilder<Scalar: BinaryFloatingPoint & BitwiseCopyable & Sendable> {
    private enum Test {
        /// Goes on with `above` for numbers above the bound, and for missing ones where said; with `other` otherwise.
        case above(bound: Scalar, feature: Int, missingAbove: Bool, other: Int, above: Int)
        case leaf(Int)
    }

    private let description: ForestDescription
    private var tests: [Test] = []
    /// Steps from each test to the farthest leaf.
    private var heights: [Int] = []
    /// For each node of the description the test that it became.
    private var testOfNode: [Int?]
    private var leaves: [[ForestDescription.Weight]] = []
    /// For each leaf of the forest the node of the description that it was.
    private(set) var leafNodes: [Int] = []

    init(_ description: ForestDescription) {
        self.description = description
        testOfNode = [Int?](repeating: nil, count: description.nodes.count)
    }

    /// - Throws: `malformedModel` when a branch leads to no node or back to its own.
    mutating func build() throws(EngineError) -> Forest<Scalar> {
        for root in description.roots { try expand(root) }
        return try layOut()
    }

    /// Makes tests of a node and all that it leads to, the farthest first. Not by recursion: trees of a file may be deep.
    private mutating func expand(_ root: Int) throws(EngineError) {
        guard description.nodes.indices.contains(root) else {
            throw EngineError(.malformedModel, "a tree begins at node \(root), which does not exist")
        }
        var isOpen = Set<Int>()
        var pending = [root]
        while let node = pending.last {
            if testOfNode[node] != nil {
                pending.removeLast()
                continue
            }
            switch description.nodes[node] {
            case .leaf(let weights):
                leaves.append(weights)
                leafNodes.append(node)
                testOfNode[node] = add(.leaf(leaves.count - 1), height: 0)
                pending.removeLast()
            case .branch(let feature, let condition, let missingTaken, let taken, let other):
                let children = [taken, other]
                let missing = children.filter { !description.nodes.indices.contains($0) }
                guard missing.isEmpty else { throw EngineError(.malformedModel, "a branch leads to node \(missing[0]), which does not exist") }
                let waiting = children.filter { testOfNode[$0] == nil }
                if waiting.isEmpty, let first = testOfNode[taken], let second = testOfNode[other] {
                    guard feature >= 0, feature < Int(Int32.max) else {
                        throw EngineError(.malformedModel, "feature \(feature)")
                    }
                    testOfNode[node] = tests(
                        for: ForestRegions(condition), feature: feature, missingTaken: missingTaken, taken: first, other: second)
                    isOpen.remove(node)
                    pending.removeLast()
                } else {
                    guard isOpen.insert(node).inserted else {
                        throw EngineError(.malformedModel, "a branch of a tree leads back to node \(node)")
                    }
                    pending += waiting
                }
            }
        }
    }

    private mutating func add(_ test: Test, height: Int) -> Int {
        tests.append(test)
        heights.append(height)
        return tests.count - 1
    }

    private mutating func add(
        bound: Scalar, _ feature: Int, missingAbove: Bool, other: Int, above: Int
    ) -> Int {
        add(
            .above(bound: bound, feature: feature, missingAbove: missingAbove, other: other, above: above),
            height: max(heights[other], heights[above]) + 1)
    }

    /// The first of the tests that tell the regions apart.
    private mutating func tests(
        for regions: ForestRegions<Scalar>, feature: Int, missingTaken: Bool, taken: Int, other: Int
    ) -> Int {
        let missingOutcome = missingTaken || regions.acceptsMissing
        if regions.holds.contains(missingOutcome) {
            return search(
                regions, 0..<regions.boundaries.count, feature, missing: missingOutcome, taken: taken, other: other)
        }
        // No region has what missing values must get: they are told apart first.
        let rest = search(regions, 0..<regions.boundaries.count, feature, missing: nil, taken: taken, other: other)
        return add(bound: .infinity, feature, missingAbove: true, other: rest, above: missingOutcome ? taken : other)
    }

    /// - Parameter missing: the outcome that missing values must find below here; nil when none come this way.
    private mutating func search(
        _ regions: ForestRegions<Scalar>, _ range: Range<Int>, _ feature: Int, missing: Bool?, taken: Int, other: Int
    ) -> Int {
        let outcomes = regions.holds[range.lowerBound...range.upperBound]
        if let first = outcomes.first, outcomes.allSatisfy({ $0 == first }) { return first ? taken : other }
        let middle = range.lowerBound + range.count / 2
        var missingAbove = false
        if let missing { missingAbove = !regions.holds[range.lowerBound...middle].contains(missing) }
        let low = search(
            regions, range.lowerBound..<middle, feature, missing: missingAbove ? nil : missing, taken: taken, other: other)
        let high = search(
            regions, middle + 1..<range.upperBound, feature, missing: missingAbove ? missing : nil, taken: taken,
            other: other)
        return add(
            bound: regions.boundaries[middle], feature, missingAbove: missing != nil && missingAbove, other: low,
            above: high)
    }

    /// Places the tests: the two that follow one lie side by side, and those of a tree level by level.
    private mutating func layOut() throws(EngineError) -> Forest<Scalar> {
        guard tests.count < Int(Int32.max) / 4 else {
            throw EngineError(.resourceExhausted, "\(tests.count) nodes of trees, the limit is \(Int(Int32.max) / 4)")
        }
        var nodes: [Forest<Scalar>.Node] = []
        var pairOfTest = [UInt32?](repeating: nil, count: tests.count)
        var trees: [Forest<Scalar>.Tree] = []
        let empty = Forest<Scalar>.Node(bound: .infinity, leaf: 0, feature: 0, pair: 0)
        for root in description.roots {
            guard let first = testOfNode[root] else { continue }
            trees.append(Forest<Scalar>.Tree(root: UInt32(nodes.count), height: heights[first]))
            var pending = [(test: first, place: nodes.count)]
            nodes.append(empty)
            var next = 0
            while next < pending.count {
                let (test, place) = pending[next]
                next += 1
                switch tests[test] {
                case .leaf(let leaf):
                    nodes[place] = Forest<Scalar>.Node(
                        bound: .infinity, leaf: UInt32(leaf), feature: 0, pair: UInt32(place))
                case .above(let bound, let feature, let missingAbove, let other, let above):
                    let pair: UInt32
                    if let known = pairOfTest[test] {
                        pair = known
                    } else {
                        pair = UInt32(nodes.count)
                        pairOfTest[test] = pair
                        pending.append((other, nodes.count))
                        pending.append((above, nodes.count + 1))
                        nodes.append(empty)
                        nodes.append(empty)
                    }
                    nodes[place] = Forest<Scalar>.Node(
                        bound: bound, leaf: 0,
                        feature: UInt32(feature) | (missingAbove ? Forest<Scalar>.Node.missingAbove : 0), pair: pair)
                }
            }
        }
        return try Forest(nodes: nodes, trees: trees, leaves: leaves, targets: description.targets)
    }
}
