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

    /// Whether all products share one right operand.
    private var sharesRight: Bool { offsets.allSatisfy { $0.b == offsets[0].b } }

    /// Computes all products, split over threads by blocks of rows and columns.
    func run<T: ComputeType>(_ run: NodeRun, _ a: UnsafePointer<T>, _ b: RightOperand<T>, _ c: UnsafeMutablePointer<T>) {
        self.run(run, a, b, c) { problem, a, b, c, _, _ in T.multiply(problem, a, packed: b, c) }
    }

    /// The same with a routine of the caller's for each block, which also gets the block's first row and column of c.
    func run<T: ComputeType>(
        _ run: NodeRun, _ a: UnsafePointer<T>, _ b: RightOperand<T>, _ c: UnsafeMutablePointer<T>,
        multiply: (MatrixMultiply, UnsafePointer<T>, UnsafePointer<T>, UnsafeMutablePointer<T>, _ row: Int, _ column: Int) -> Void
    ) {
        guard !offsets.isEmpty, m > 0, n > 0 else { return }
        switch b {
        case .packed(let packed, let perMatrix):
            blocks(run, a, c, { packed + offsets[$0].b / max(k * n, 1) * perMatrix }, multiply)
        case .elements(let elements) where sharesRight:
            let packed = run.scratch(T.self, count: T.packedCount(depth: k, columns: n))
            T.pack(elements + offsets[0].b, bStrides, depth: k, columns: n, into: packed)
            blocks(run, a, c, { _ in UnsafePointer(packed) }, multiply)
        case .elements(let elements):
            run.parallel(offsets.count, costPerPiece: 2 &* m &* n &* k) { products in
                LaneScratch.with(T.self, count: T.packedCount(depth: k, columns: n)) { packed in
                    for product in products {
                        T.pack(elements + offsets[product].b, bStrides, depth: k, columns: n, into: packed)
                        multiply(problem(m, n), a + offsets[product].a, UnsafePointer(packed), c + product * m * n, product * m, 0)
                    }
                }
            }
        }
    }

    private func problem(_ rows: Int, _ columns: Int) -> MatrixMultiply {
        var problem = MatrixMultiply(m: rows, n: columns, k: k)
        problem.aStrides = aStrides
        problem.cRow = n
        return problem
    }

    private func blocks<T: ComputeType>(
        _ run: NodeRun, _ a: UnsafePointer<T>, _ c: UnsafeMutablePointer<T>, _ packed: (Int) -> UnsafePointer<T>,
        _ multiply: (MatrixMultiply, UnsafePointer<T>, UnsafePointer<T>, UnsafeMutablePointer<T>, Int, Int) -> Void
    ) {
        let rowBlock = min(m, Self.rowsPerPiece)
        let columnBlock = T.panelColumns >= n ? n : min(n, max(Self.columnsPerPiece / T.panelColumns, 1) * T.panelColumns)
        let (rowBlocks, columnBlocks) = ((m + rowBlock - 1) / rowBlock, (n + columnBlock - 1) / columnBlock)
        let perProduct = rowBlocks * columnBlocks
        run.parallel(offsets.count * perProduct, costPerPiece: 2 &* rowBlock &* columnBlock &* k) { pieces in
            for piece in pieces {
                let (product, block) = piece.quotientAndRemainder(dividingBy: perProduct)
                let (i, j) = (block % rowBlocks * rowBlock, block / rowBlocks * columnBlock)
                multiply(
                    problem(min(rowBlock, m - i), min(columnBlock, n - j)), a + offsets[product].a + i * aStrides.row,
                    packed(product) + j * k, c + (product * m + i) * n + j, product * m + i, j)
            }
        }
    }

    /// A multiple of every kernel's tile.
    private static let rowsPerPiece = 192
    private static let columnsPerPiece = 256
}

/// The right operand of a product.
enum RightOperand<T: ComputeType> {
    case elements(UnsafePointer<T>)
    /// Matrices packed one behind the other, each taking `perMatrix` elements.
    case packed(UnsafePointer<T>, perMatrix: Int)
}
