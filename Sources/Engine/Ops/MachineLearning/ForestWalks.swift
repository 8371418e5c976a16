/// One row's walks through eight trees side by side, so that none of them waits for its loads alone. Named fields: an array
/// would live in memory.
struct ForestWalks<Scalar: BinaryFloatingPoint & BitwiseCopyable & Sendable> {
    typealias Node = Forest<Scalar>.Node

    static var lanes: Int { 8 }
    /// Trees of greater height are walked row by row, with an eye on walks that end early.
    static var heightForPairs: Int { 10 }

    private var at0, at1, at2, at3, at4, at5, at6, at7: UInt32

    @inline(__always)
    init(
        roots at0: UInt32, _ at1: UInt32, _ at2: UInt32, _ at3: UInt32, _ at4: UInt32, _ at5: UInt32, _ at6: UInt32, _ at7: UInt32
    ) {
        (self.at0, self.at1, self.at2, self.at3) = (at0, at1, at2, at3)
        (self.at4, self.at5, self.at6, self.at7) = (at4, at5, at6, at7)
    }

    /// Walks `height` steps from the roots for two rows side by side, and writes the places of both's
    /// leaves.
    ///
    /// - Parameters:
    ///   - x: the features of one row, and `y` of the other.
    ///   - height: steps to the farthest leaf; leaves follow themselves, so that the nearer ones stay where they are.
    @inline(__always)
    func run(
        _ nodes: UnsafePointer<Node>, _ x: UnsafePointer<Scalar>, _ y: UnsafePointer<Scalar>, _ height: Int,
        _ test: (some ForestTest).Type, _ leaves: UnsafeMutablePointer<UInt32>
    ) {
        var first = self
        var second = self
        var remaining = height
        while remaining > 0 {
            first.step(nodes, x, test)
            second.step(nodes, y, test)
            remaining -= 1
        }
        first.store(leaves)
        second.store(leaves + Self.lanes)
    }

    /// As for two rows, for one alone; it ends early once every lane is at a leaf.
    @inline(__always)
    func run(
        _ nodes: UnsafePointer<Node>, _ x: UnsafePointer<Scalar>, _ height: Int,
        _ test: (some ForestTest).Type, _ leaves: UnsafeMutablePointer<UInt32>
    ) {
        var walks = self
        var remaining = height
        while remaining >= 4 {
            walks.step(nodes, x, test)
            walks.step(nodes, x, test)
            walks.step(nodes, x, test)
            let before = walks
            walks.step(nodes, x, test)
            remaining -= 4
            if remaining > 4, walks.isSame(as: before) { remaining = 0 }
        }
        while remaining > 0 {
            walks.step(nodes, x, test)
            remaining -= 1
        }
        walks.store(leaves)
    }

    @inline(__always)
    private mutating func step(_ nodes: UnsafePointer<Node>, _ x: UnsafePointer<Scalar>, _ test: (some ForestTest).Type) {
        at0 = test.follow(nodes + Int(at0), x)
        at1 = test.follow(nodes + Int(at1), x)
        at2 = test.follow(nodes + Int(at2), x)
        at3 = test.follow(nodes + Int(at3), x)
        at4 = test.follow(nodes + Int(at4), x)
        at5 = test.follow(nodes + Int(at5), x)
        at6 = test.follow(nodes + Int(at6), x)
        at7 = test.follow(nodes + Int(at7), x)
    }

    @inline(__always)
    private func isSame(as other: ForestWalks) -> Bool {
        let moved =
            (at0 ^ other.at0) | (at1 ^ other.at1) | (at2 ^ other.at2) | (at3 ^ other.at3)
            | (at4 ^ other.at4) | (at5 ^ other.at5) | (at6 ^ other.at6) | (at7 ^ other.at7)
        return moved == 0
    }

    @inline(__always)
    private func store(_ leaves: UnsafeMutablePointer<UInt32>) {
        leaves[0] = at0
        leaves[1] = at1
        leaves[2] = at2
        leaves[3] = at3
        leaves[4] = at4
        leaves[5] = at5
        leaves[6] = at6
        leaves[7] = at7
    }
}
