extension Forest {
    /// Rows that are walked together, and trees that a single row is walked through: what they lead to is kept aside and
    /// added afterwards.
    static var blockSize: Int { 64 }

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
        var row = rows.lowerBound
        while row < rows.upperBound {
            let block = row..<min(row + Self.blockSize, rows.upperBound)
            walkBlock(block, features, columns, visit)
            row = block.upperBound
        }
    }

    @inline(__always)
    private func walkBlock(
        _ rows: Range<Int>, _ features: UnsafePointer<Scalar>, _ columns: Int, _ visit: (Int, Int, Int) -> Void
    ) {
        let first = features + rows.lowerBound * columns
        let hasMissing = Self.hasMissing(first, count: rows.count * columns)
        // Whole groups of rows tree by tree, so that a tree stays in the cache; the rows left over one by one.
        let together = rows.count / ForestWalks<Scalar>.lanes * ForestWalks<Scalar>.lanes
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Self.blockSize) { buffer in
            guard let leaves = buffer.baseAddress else { return }
            if together > 0 {
                for tree in trees.indices {
                    leavesOfRows(tree, first, columns: columns, count: together, hasMissing, leaves)
                    for offset in 0..<together { visit(rows.lowerBound + offset, tree, Int(leaves[offset])) }
                }
            }
            for row in rows.lowerBound + together..<rows.upperBound {
                var tree = 0
                while tree < trees.count {
                    let end = min(tree + Self.blockSize, trees.count)
                    leavesOfTrees(tree..<end, features + row * columns, hasMissing, leaves)
                    for offset in 0..<end - tree { visit(row, tree + offset, Int(leaves[offset])) }
                    tree = end
                }
            }
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

    /// The leaves that `count` rows, a multiple of the lanes, end at in one tree.
    private func leavesOfRows(
        _ tree: Int, _ features: UnsafePointer<Scalar>, columns: Int, count: Int, _ hasMissing: Bool,
        _ leaves: UnsafeMutablePointer<UInt32>
    ) {
        let tree = trees[tree]
        nodes.withUnsafeBufferPointer { nodes in
            guard let nodes = nodes.baseAddress else { return }
            var row = 0
            while row < count {
                let x = features + row * columns
                var walks = ForestWalks(root: tree.root, features: x, stride: columns)
                walks.run(nodes, height: tree.height, hasMissing)
                walks.store(nodes, leaves + row)
                row += ForestWalks<Scalar>.lanes
            }
        }
    }

    /// The leaves that one row ends at in several trees.
    private func leavesOfTrees(
        _ range: Range<Int>, _ features: UnsafePointer<Scalar>, _ hasMissing: Bool, _ leaves: UnsafeMutablePointer<UInt32>
    ) {
        let lanes = ForestWalks<Scalar>.lanes
        trees.withUnsafeBufferPointer { trees in
            nodes.withUnsafeBufferPointer { nodes in
                guard let trees = trees.baseAddress, let nodes = nodes.baseAddress else { return }
                var tree = range.lowerBound
                // The last group reaches back to trees that are done already, so that it is whole as well.
                while tree < range.upperBound {
                    let first = range.count >= lanes ? min(tree, range.upperBound - lanes) : tree
                    let limit = range.upperBound - 1
                    var height = 0
                    for lane in 0..<lanes { height = max(height, trees[min(first + lane, limit)].height) }
                    var walks = ForestWalks(
                        roots: trees[first].root, trees[min(first + 1, limit)].root, trees[min(first + 2, limit)].root,
                        trees[min(first + 3, limit)].root, trees[min(first + 4, limit)].root, trees[min(first + 5, limit)].root,
                        trees[min(first + 6, limit)].root, trees[min(first + 7, limit)].root, features: features)
                    walks.run(nodes, height: height, hasMissing)
                    // Where there are fewer trees than lanes the surplus is the last tree again, beyond what is read.
                    walks.store(nodes, leaves + (first - range.lowerBound))
                    tree = first + lanes
                }
            }
        }
    }
}
