extension Forest {
    /// Rows that are walked together: a tree then stays in the cache while it is used.
    static var rowsPerBlock: Int { 64 }

    /// Rows, or trees, whose walks run side by side, so that none of them waits for its loads alone.
    private static var lanes: Int { 8 }

    /// Calls `visit` with the leaf of every tree for every row; for each row in the order of the trees.
    ///
    /// - Parameters:
    ///   - rows: rows of `features`.
    ///   - features: row-major, `columns` a row, at least ``featureCount``.
    ///   - visit: the row, the tree and the leaf.
    @inline(__always)
    func walk(
        _ rows: Range<Int>, features: UnsafePointer<Scalar>, columns: Int, _ visit: (_ row: Int, _ tree: Int, _ leaf: Int) -> Void
    ) {
        var hasMissing = false
        for index in rows.lowerBound * columns..<rows.upperBound * columns where features[index] != features[index] {
            hasMissing = true
            break
        }
        nodes.withUnsafeBufferPointer { nodes in
            guard let nodes = nodes.baseAddress else { return }
            if hasMissing {
                walk(rows, features, columns, nodes, hasMissing: true, visit)
            } else {
                walk(rows, features, columns, nodes, hasMissing: false, visit)
            }
        }
    }

    @inline(__always)
    private func walk(
        _ rows: Range<Int>, _ features: UnsafePointer<Scalar>, _ columns: Int, _ nodes: UnsafePointer<Node>, hasMissing: Bool,
        _ visit: (Int, Int, Int) -> Void
    ) {
        let lanes = Self.lanes
        let together = rows.lowerBound + rows.count / lanes * lanes
        for tree in trees.indices {
            let root = trees[tree].root
            let height = trees[tree].height
            var row = rows.lowerBound
            while row < together {
                let first = features + row * columns
                let walks = Walks(
                    at: root, root, root, root, root, root, root, root,
                    features: first, first + columns, first + 2 * columns, first + 3 * columns, first + 4 * columns,
                    first + 5 * columns, first + 6 * columns, first + 7 * columns)
                let leaves = walks.run(nodes, height: height, hasMissing: hasMissing)
                for lane in 0..<lanes { visit(row + lane, tree, Int(leaves[lane])) }
                row += lanes
            }
        }
        for row in together..<rows.upperBound { walkTrees(of: row, features + row * columns, nodes, hasMissing: hasMissing, visit) }
    }

    /// The walks of a single row through several trees at a time.
    @inline(__always)
    private func walkTrees(
        of row: Int, _ x: UnsafePointer<Scalar>, _ nodes: UnsafePointer<Node>, hasMissing: Bool, _ visit: (Int, Int, Int) -> Void
    ) {
        trees.withUnsafeBufferPointer { trees in
            let last = trees.count - 1
            var tree = 0
            while tree <= last {
                var height = 0
                for lane in 0..<Self.lanes { height = max(height, trees[min(tree + lane, last)].height) }
                let walks = Walks(
                    at: trees[tree].root, trees[min(tree + 1, last)].root, trees[min(tree + 2, last)].root,
                    trees[min(tree + 3, last)].root, trees[min(tree + 4, last)].root, trees[min(tree + 5, last)].root,
                    trees[min(tree + 6, last)].root, trees[min(tree + 7, last)].root,
                    features: x, x, x, x, x, x, x, x)
                let leaves = walks.run(nodes, height: height, hasMissing: hasMissing)
                for lane in 0..<min(Self.lanes, last - tree + 1) { visit(row, tree + lane, Int(leaves[lane])) }
                tree += Self.lanes
            }
        }
    }

    /// Eight walks, each with a node and a row of features of its own. Named fields: an array would live in memory.
    private struct Walks {
        var at0, at1, at2, at3, at4, at5, at6, at7: UInt32
        let x0, x1, x2, x3, x4, x5, x6, x7: UnsafePointer<Scalar>

        @inline(__always)
        init(
            at at0: UInt32, _ at1: UInt32, _ at2: UInt32, _ at3: UInt32, _ at4: UInt32, _ at5: UInt32, _ at6: UInt32,
            _ at7: UInt32,
            features x0: UnsafePointer<Scalar>, _ x1: UnsafePointer<Scalar>, _ x2: UnsafePointer<Scalar>,
            _ x3: UnsafePointer<Scalar>, _ x4: UnsafePointer<Scalar>, _ x5: UnsafePointer<Scalar>,
            _ x6: UnsafePointer<Scalar>, _ x7: UnsafePointer<Scalar>
        ) {
            (self.at0, self.at1, self.at2, self.at3) = (at0, at1, at2, at3)
            (self.at4, self.at5, self.at6, self.at7) = (at4, at5, at6, at7)
            (self.x0, self.x1, self.x2, self.x3) = (x0, x1, x2, x3)
            (self.x4, self.x5, self.x6, self.x7) = (x4, x5, x6, x7)
        }

        /// The leaves that the walks end at.
        @inline(__always)
        func run(_ nodes: UnsafePointer<Node>, height: Int, hasMissing: Bool) -> SIMD8<UInt32> {
            var walks = self
            var remaining = height
            while remaining > 0 {
                let before = (walks.at0, walks.at1, walks.at2, walks.at3, walks.at4, walks.at5, walks.at6, walks.at7)
                walks.step(nodes, hasMissing: hasMissing)
                // Leaves follow themselves, so a few steps too many do no harm; a look now and then saves many.
                if remaining & 3 == 0 {
                    let moved =
                        (before.0 ^ walks.at0) | (before.1 ^ walks.at1) | (before.2 ^ walks.at2) | (before.3 ^ walks.at3)
                        | (before.4 ^ walks.at4) | (before.5 ^ walks.at5) | (before.6 ^ walks.at6) | (before.7 ^ walks.at7)
                    if moved == 0 { break }
                }
                remaining -= 1
            }
            return SIMD8(
                nodes[Int(walks.at0)].leaf, nodes[Int(walks.at1)].leaf, nodes[Int(walks.at2)].leaf, nodes[Int(walks.at3)].leaf,
                nodes[Int(walks.at4)].leaf, nodes[Int(walks.at5)].leaf, nodes[Int(walks.at6)].leaf, nodes[Int(walks.at7)].leaf)
        }

        @inline(__always)
        private mutating func step(_ nodes: UnsafePointer<Node>, hasMissing: Bool) {
            at0 = Self.follow(nodes + Int(at0), x0, hasMissing)
            at1 = Self.follow(nodes + Int(at1), x1, hasMissing)
            at2 = Self.follow(nodes + Int(at2), x2, hasMissing)
            at3 = Self.follow(nodes + Int(at3), x3, hasMissing)
            at4 = Self.follow(nodes + Int(at4), x4, hasMissing)
            at5 = Self.follow(nodes + Int(at5), x5, hasMissing)
            at6 = Self.follow(nodes + Int(at6), x6, hasMissing)
            at7 = Self.follow(nodes + Int(at7), x7, hasMissing)
        }

        @inline(__always)
        private static func follow(_ node: UnsafePointer<Node>, _ x: UnsafePointer<Scalar>, _ hasMissing: Bool) -> UInt32 {
            let value = x[Int(node.pointee.feature & ~Node.missingAbove)]
            var isAbove: UInt32 = value > node.pointee.bound ? 1 : 0
            if hasMissing { isAbove |= (value != value ? 1 : 0) & node.pointee.feature >> 31 }
            return node.pointee.pair &+ isAbove
        }
    }
}
