/// Eight walks through trees side by side, so that none of them waits for its loads alone. Each has a node and a row of
/// features of its own, as named fields: an array would live in memory.
struct ForestWalks<Scalar: BinaryFloatingPoint & BitwiseCopyable & Sendable> {
    typealias Node = Forest<Scalar>.Node

    static var lanes: Int { 8 }

    private var at0, at1, at2, at3, at4, at5, at6, at7: UInt32
    private let x0, x1, x2, x3, x4, x5, x6, x7: UnsafePointer<Scalar>

    /// Eight rows, `stride` apart, through one tree.
    @inline(__always)
    init(root: UInt32, features x: UnsafePointer<Scalar>, stride: Int) {
        (at0, at1, at2, at3, at4, at5, at6, at7) = (root, root, root, root, root, root, root, root)
        (x0, x1, x2, x3) = (x, x + stride, x + 2 * stride, x + 3 * stride)
        (x4, x5, x6, x7) = (x + 4 * stride, x + 5 * stride, x + 6 * stride, x + 7 * stride)
    }

    /// One row through eight trees.
    @inline(__always)
    init(
        roots at0: UInt32, _ at1: UInt32, _ at2: UInt32, _ at3: UInt32, _ at4: UInt32, _ at5: UInt32, _ at6: UInt32, _ at7: UInt32,
        features x: UnsafePointer<Scalar>
    ) {
        (self.at0, self.at1, self.at2, self.at3) = (at0, at1, at2, at3)
        (self.at4, self.at5, self.at6, self.at7) = (at4, at5, at6, at7)
        (x0, x1, x2, x3, x4, x5, x6, x7) = (x, x, x, x, x, x, x, x)
    }

    /// Walks until every lane is at a leaf. Leaves follow themselves, so a few steps too many do no harm.
    @inline(__always)
    mutating func run(_ nodes: UnsafePointer<Node>, height: Int, _ hasMissing: Bool) {
        if hasMissing {
            run(nodes, height, Missing.self)
        } else {
            run(nodes, height, Present.self)
        }
    }

    @inline(__always)
    private mutating func run(_ nodes: UnsafePointer<Node>, _ height: Int, _ test: (some ForestTest).Type) {
        var remaining = height
        while remaining >= 4 {
            step(nodes, test)
            step(nodes, test)
            step(nodes, test)
            let (b0, b1, b2, b3, b4, b5, b6, b7) = (at0, at1, at2, at3, at4, at5, at6, at7)
            step(nodes, test)
            remaining -= 4
            // A look now and then saves the steps of trees with one long branch.
            let moved = (b0 ^ at0) | (b1 ^ at1) | (b2 ^ at2) | (b3 ^ at3) | (b4 ^ at4) | (b5 ^ at5) | (b6 ^ at6) | (b7 ^ at7)
            if moved == 0 { return }
        }
        while remaining > 0 {
            step(nodes, test)
            remaining -= 1
        }
    }

    @inline(__always)
    private mutating func step(_ nodes: UnsafePointer<Node>, _ test: (some ForestTest).Type) {
        at0 = test.follow(nodes + Int(at0), x0)
        at1 = test.follow(nodes + Int(at1), x1)
        at2 = test.follow(nodes + Int(at2), x2)
        at3 = test.follow(nodes + Int(at3), x3)
        at4 = test.follow(nodes + Int(at4), x4)
        at5 = test.follow(nodes + Int(at5), x5)
        at6 = test.follow(nodes + Int(at6), x6)
        at7 = test.follow(nodes + Int(at7), x7)
    }

    /// Writes the leaves that the lanes are at.
    @inline(__always)
    func store(_ nodes: UnsafePointer<Node>, _ leaves: UnsafeMutablePointer<UInt32>) {
        leaves[0] = nodes[Int(at0)].leaf
        leaves[1] = nodes[Int(at1)].leaf
        leaves[2] = nodes[Int(at2)].leaf
        leaves[3] = nodes[Int(at3)].leaf
        leaves[4] = nodes[Int(at4)].leaf
        leaves[5] = nodes[Int(at5)].leaf
        leaves[6] = nodes[Int(at6)].leaf
        leaves[7] = nodes[Int(at7)].leaf
    }
}

/// How a walk gets from a node to the next.
private protocol ForestTest {
    static func follow<Scalar: BinaryFloatingPoint & BitwiseCopyable & Sendable>(
        _ node: UnsafePointer<Forest<Scalar>.Node>, _ x: UnsafePointer<Scalar>
    ) -> UInt32
}

/// All values are numbers.
private enum Present: ForestTest {
    @inline(__always)
    static func follow<Scalar: BinaryFloatingPoint & BitwiseCopyable & Sendable>(
        _ node: UnsafePointer<Forest<Scalar>.Node>, _ x: UnsafePointer<Scalar>
    ) -> UInt32 {
        let value = x[Int(node.pointee.feature & ~Forest<Scalar>.Node.missingAbove)]
        return node.pointee.pair &+ (value > node.pointee.bound ? 1 : 0)
    }
}

/// Some values may be missing.
private enum Missing: ForestTest {
    @inline(__always)
    static func follow<Scalar: BinaryFloatingPoint & BitwiseCopyable & Sendable>(
        _ node: UnsafePointer<Forest<Scalar>.Node>, _ x: UnsafePointer<Scalar>
    ) -> UInt32 {
        let value = x[Int(node.pointee.feature & ~Forest<Scalar>.Node.missingAbove)]
        let isAbove: UInt32 = value > node.pointee.bound ? 1 : 0
        let isMissing: UInt32 = value != value ? 1 : 0
        return node.pointee.pair &+ (isAbove | isMissing & node.pointee.feature >> 31)
    }
}
