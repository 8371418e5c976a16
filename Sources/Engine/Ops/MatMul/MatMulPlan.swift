internal import Tensors

/// A batched product of two tensors of known shape, as matrix products at offsets.
struct MatMulPlan {
    let m: Int
    let n: Int
    let k: Int
    let aStrides: (row: Int, column: Int)
    let bStrides: (row: Int, column: Int)
    /// Element offsets into a and b of each product; products of c follow each other.
    let offsets: [(a: Int, b: Int)]

    /// - Parameters: shapes that ``MatMulShape/output(_:_:_:_:_:)`` has accepted.
    init(_ a: Shape, _ b: Shape, _ aLayout: OperandLayout, _ bLayout: OperandLayout) {
        let left = a.rank == 1 ? Operand(dims: [1, a[0]], strides: [0, 1]) : Operand(a, aLayout)
        let right = b.rank == 1 ? Operand(dims: [b[0], 1], strides: [1, 0]) : Operand(b, bLayout)
        k = left.dims[left.dims.count - 1]
        n = right.dims[right.dims.count - 1]
        bStrides = (right.strides[right.strides.count - 2], right.strides[right.strides.count - 1])
        let rank = max(left.dims.count, right.dims.count) - 2
        var batch = [Int](repeating: 1, count: rank)
        var aSteps = [Int](repeating: 0, count: rank)
        var bSteps = [Int](repeating: 0, count: rank)
        for axis in 0..<rank {
            let (la, ra) = (axis + left.dims.count - 2 - rank, axis + right.dims.count - 2 - rank)
            if la >= 0, left.dims[la] != 1 { (batch[axis], aSteps[axis]) = (left.dims[la], left.strides[la]) }
            if ra >= 0, right.dims[ra] != 1 { (batch[axis], bSteps[axis]) = (right.dims[ra], right.strides[ra]) }
        }
        let rows = left.dims[left.dims.count - 2]
        var row = left.strides[left.strides.count - 2]
        let column = left.strides[left.strides.count - 1]
        let count = batch.reduce(1, *)
        if bSteps.allSatisfy({ $0 == 0 }), count > 0, rows == 1 || row == k, Self.isContiguous(batch, aSteps, innermost: rows * k) {
            // One right operand for all: their rows simply follow each other.
            m = rows * count
            if rows == 1 { row = k }
            aStrides = (row, column)
            offsets = [(0, 0)]
            return
        }
        m = rows
        aStrides = (row, column)
        var offsets: [(a: Int, b: Int)] = []
        offsets.reserveCapacity(count)
        var index = [Int](repeating: 0, count: rank)
        var (atA, atB) = (0, 0)
        for _ in 0..<count {
            offsets.append((atA, atB))
            var axis = rank - 1
            while axis >= 0 {
                index[axis] += 1
                atA += aSteps[axis]
                atB += bSteps[axis]
                if index[axis] < batch[axis] { break }
                index[axis] = 0
                atA -= aSteps[axis] * batch[axis]
                atB -= bSteps[axis] * batch[axis]
                axis -= 1
            }
        }
        self.offsets = offsets
    }

    private static func isContiguous(_ dims: [Int], _ strides: [Int], innermost: Int) -> Bool {
        var expected = innermost
        for axis in dims.indices.reversed() where dims[axis] != 1 {
            if strides[axis] != expected { return false }
            expected *= dims[axis]
        }
        return true
    }

    private struct Operand {
        var dims: [Int]
        var strides: [Int]

        init(dims: [Int], strides: [Int]) {
            self.dims = dims
            self.strides = strides
        }

        init(_ shape: Shape, _ layout: OperandLayout) {
            let axes = layout.axes(rank: shape.rank)
            let strides = shape.strides
            self.init(dims: axes.map { shape[$0] }, strides: axes.map { strides[$0] })
        }
    }

    /// Computes all products, split over threads by blocks of rows and columns.
    func run<T: ComputeType>(_ run: NodeRun, _ a: UnsafePointer<T>, _ b: UnsafePointer<T>, _ c: UnsafeMutablePointer<T>) {
        let rowBlock = min(max(m, 1), Self.rowsPerPiece)
        let columnBlock = bStrides.column == 1 ? min(max(n, 1), Self.columnsPerPiece) : max(n, 1)
        let (rowBlocks, columnBlocks) = ((m + rowBlock - 1) / rowBlock, (n + columnBlock - 1) / columnBlock)
        let perProduct = rowBlocks * columnBlocks
        run.parallel(offsets.count * perProduct, costPerPiece: 2 &* rowBlock &* columnBlock &* k) { pieces in
            for piece in pieces {
                let (product, block) = piece.quotientAndRemainder(dividingBy: perProduct)
                let (i, j) = (block / columnBlocks * rowBlock, block % columnBlocks * columnBlock)
                var problem = MatrixMultiply(m: min(rowBlock, m - i), n: min(columnBlock, n - j), k: k)
                problem.aStrides = aStrides
                problem.bStrides = bStrides
                problem.cRow = n
                T.multiply(
                    problem, a + offsets[product].a + i * aStrides.row, b + offsets[product].b + j * bStrides.column,
                    c + product * m * n + i * n + j)
            }
        }
    }

    private static let rowsPerPiece = 64
    private static let columnsPerPiece = 512
}
