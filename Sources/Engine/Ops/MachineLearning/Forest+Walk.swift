extension Forest {
    /// Rows that are walked through a group of trees before the next group: both then stay in the cache.
    private static var rowsPerBlock: Int { 64 }

    /// Calls `visit` with the leaf that every row ends at in every tree; for each row in the order of the trees.
    ///
    /// - Parameters:
    ///   - rows: rows of `features`.
    ///   - features: row-major, `columns` a row, at least ``featureCount``.
    ///   - visit: the row, the tree and the leaf's place among the nodes.
    @inline(__always)
    func walk(
        _ rows: Range<Int>, features: UnsafePointer<Scalar>, columns: Int, _ visit: (_ row: Int, _ tree: Int, _ place: Int) -> Void
    ) {
        let lanes = ForestWalks<Scalar>.lanes
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Self.rowsPerBlock * lanes) { buffer in
            guard let leaves = buffer.baseAddress else { return }
            var first = rows.lowerBound
            while first < rows.upperBound {
                let count = min(Self.rowsPerBlock, rows.upperBound - first)
                withReplacedMissing(features + first * columns, columns: columns, count: count) { block in
                    var tree = 0
                    while tree < trees.count {
                        walkGroup(tree, block, count: count, leaves)
                        let own = min(lanes, trees.count - tree)
                        for row in 0..<count {
                            for lane in 0..<own { visit(first + row, tree + lane, Int(leaves[row * lanes + lane])) }
                        }
                        tree += lanes
                    }
                }
                first += count
            }
        }
    }

    /// The features of some rows as a walk wants them.
    private struct Block {
        let features: UnsafePointer<Scalar>
        let stride: Int
        /// How to get from a node to the next.
        let mode: Mode

        enum Mode {
            /// All values are numbers.
            case present
            /// Some are missing.
            case missing
            /// Some were missing; they are replaced by the least number in the first half of a row and by the greatest in the
            /// second, from which tests read that send them to their second node.
            case replaced
        }
    }

    /// Calls `body` with the rows, missing values replaced where that can be done: walks through numbers alone need no
    /// branches.
    @inline(__always)
    private func withReplacedMissing(_ features: UnsafePointer<Scalar>, columns: Int, count: Int, _ body: (Block) -> Void) {
        if !Self.hasMissing(features, count: count * columns) {
            body(Block(features: features, stride: columns, mode: .present))
            return
        }
        // Many features of which few are tested are not worth the copying.
        if hasPureMissingTest || featureCount > 16 * trees.count {
            body(Block(features: features, stride: columns, mode: .missing))
            return
        }
        let width = featureCount
        withUnsafeTemporaryAllocation(of: Scalar.self, capacity: max(1, count * 2 * width)) { buffer in
            guard let replaced = buffer.baseAddress else { return }
            for row in 0..<count {
                let from = features + row * columns
                let to = replaced + row * 2 * width
                for feature in 0..<width {
                    let value = from[feature]
                    to[feature] = value != value ? -.infinity : value
                    to[width + feature] = value != value ? .infinity : value
                }
            }
            body(Block(features: UnsafePointer(replaced), stride: 2 * width, mode: .replaced))
        }
    }

    /// True when some value is no number: only then does the walk have to look for them.
    private static func hasMissing(_ values: UnsafePointer<Scalar>, count: Int) -> Bool {
        var index = 0
        while index + 16 <= count {
            // Without a branch inside, so that it is done many at a time.
            var isMissing = false
            for offset in 0..<16 { isMissing = isMissing || values[index + offset] != values[index + offset] }
            if isMissing { return true }
            index += 16
        }
        while index < count {
            if values[index] != values[index] { return true }
            index += 1
        }
        return false
    }

    /// Writes the leaves that `count` rows end at in the trees from `first` on, one for each lane; where there are fewer
    /// trees than lanes the last one is walked again.
    private func walkGroup(_ first: Int, _ block: Block, count: Int, _ leaves: UnsafeMutablePointer<UInt32>) {
        let lanes = ForestWalks<Scalar>.lanes
        let last = trees.count - 1
        var height = 0
        for lane in 0..<lanes { height = max(height, trees[min(first + lane, last)].height) }
        let walks = ForestWalks<Scalar>(
            roots: trees[first].root, trees[min(first + 1, last)].root, trees[min(first + 2, last)].root,
            trees[min(first + 3, last)].root, trees[min(first + 4, last)].root, trees[min(first + 5, last)].root,
            trees[min(first + 6, last)].root, trees[min(first + 7, last)].root)
        nodes.withUnsafeBufferPointer { nodes in
            guard let nodes = nodes.baseAddress else { return }
            switch block.mode {
            case .present: Self.walkRows(walks, nodes, block, count, height, Present.self, leaves)
            case .missing: Self.walkRows(walks, nodes, block, count, height, Missing.self, leaves)
            case .replaced: Self.walkRows(walks, nodes, block, count, height, Replaced.self, leaves)
            }
        }
    }

    @inline(__always)
    private static func walkRows(
        _ walks: ForestWalks<Scalar>, _ nodes: UnsafePointer<Node>, _ block: Block, _ count: Int, _ height: Int,
        _ test: (some ForestTest).Type, _ leaves: UnsafeMutablePointer<UInt32>
    ) {
        let lanes = ForestWalks<Scalar>.lanes
        var row = 0
        if height <= ForestWalks<Scalar>.heightForPairs {
            while row + 2 <= count {
                let x = block.features + row * block.stride
                walks.run(nodes, x, x + block.stride, height, test, leaves + row * lanes)
                row += 2
            }
        }
        while row < count {
            walks.run(nodes, block.features + row * block.stride, height, test, leaves + row * lanes)
            row += 1
        }
    }
}

/// How a walk gets from a node to the next.
protocol ForestTest {
    /// The place of the next node.
    static func follow<Scalar: BinaryFloatingPoint & BitwiseCopyable & Sendable>(
        _ node: UnsafePointer<Forest<Scalar>.Node>, _ x: UnsafePointer<Scalar>
    ) -> UInt32
}

private enum Present: ForestTest {
    @inline(__always)
    static func follow<Scalar: BinaryFloatingPoint & BitwiseCopyable & Sendable>(
        _ node: UnsafePointer<Forest<Scalar>.Node>, _ x: UnsafePointer<Scalar>
    ) -> UInt32 {
        node.pointee.pair &+ (x[Int(node.pointee.feature)] > node.pointee.bound ? 1 : 0)
    }
}

private enum Missing: ForestTest {
    @inline(__always)
    static func follow<Scalar: BinaryFloatingPoint & BitwiseCopyable & Sendable>(
        _ node: UnsafePointer<Forest<Scalar>.Node>, _ x: UnsafePointer<Scalar>
    ) -> UInt32 {
        let value = x[Int(node.pointee.feature)]
        let isAbove: UInt32 = value > node.pointee.bound ? 1 : 0
        let isMissing: UInt32 = value != value ? 1 : 0
        let missingAbove: UInt32 = node.pointee.replaced > node.pointee.feature ? 1 : 0
        return node.pointee.pair &+ (isAbove | isMissing & missingAbove)
    }
}

private enum Replaced: ForestTest {
    @inline(__always)
    static func follow<Scalar: BinaryFloatingPoint & BitwiseCopyable & Sendable>(
        _ node: UnsafePointer<Forest<Scalar>.Node>, _ x: UnsafePointer<Scalar>
    ) -> UInt32 {
        node.pointee.pair &+ (x[Int(node.pointee.replaced)] > node.pointee.bound ? 1 : 0)
    }
}
