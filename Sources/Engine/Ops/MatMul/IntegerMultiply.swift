internal import Tensors

/// An operand of 8-bit elements less their zero points, widened so that products cannot overflow.
struct IntegerOperand {
    let elements: UnsafePointer<Int16>

    /// Which zero point belongs to an element.
    enum Granularity {
        /// One for each row of the last two axes, in every batch or for all of them alike.
        case row
        /// One for each column.
        case column
    }

    init(_ run: NodeRun, _ tensor: Tensor, zeroPoint: Tensor?, _ granularity: Granularity) {
        let count = tensor.count
        let target = run.scratch(Int16.self, count: count)
        elements = UnsafePointer(target)
        if tensor.dataType == .uint8 {
            let source = tensor.pointer(as: UInt8.self)
            for i in 0..<count { target[i] = Int16(source[i]) }
        } else {
            let source = tensor.pointer(as: Int8.self)
            for i in 0..<count { target[i] = Int16(source[i]) }
        }
        guard let zeroPoint, zeroPoint.count > 0, count > 0 else { return }
        let zeros = Self.values(zeroPoint)
        if zeros.count == 1 {
            if zeros[0] != 0 { for i in 0..<count { target[i] -= zeros[0] } }
            return
        }
        let rank = tensor.shape.rank
        let columns = tensor.shape[rank - 1]
        let rows = rank > 1 ? tensor.shape[rank - 2] : 1
        for row in 0..<count / columns {
            let line = target + row * columns
            switch granularity {
            case .row:
                let zero = zeros[row % zeros.count]
                for j in 0..<columns { line[j] -= zero }
            case .column:
                let first = zeros.count > columns ? row / rows * columns : 0
                for j in 0..<columns { line[j] -= zeros[first + j] }
            }
        }
    }

    /// The elements of an 8-bit tensor.
    static func values(_ tensor: Tensor) -> [Int16] {
        tensor.dataType == .uint8
            ? tensor.elements(as: UInt8.self).map(Int16.init) : tensor.elements(as: Int8.self).map(Int16.init)
    }
}

/// Products of 8-bit matrices, summed modulo 2^32.
enum IntegerMultiply {
    static func run(
        _ run: NodeRun, _ plan: MatMulPlan, _ a: IntegerOperand, _ b: IntegerOperand, _ c: UnsafeMutablePointer<Int32>
    ) {
        let rowBlock = min(max(plan.m, 1), 64)
        let blocks = (plan.m + rowBlock - 1) / rowBlock
        run.parallel(plan.offsets.count * blocks, costPerPiece: 2 &* rowBlock &* plan.n &* plan.k) { pieces in
            for piece in pieces {
                let (product, block) = piece.quotientAndRemainder(dividingBy: blocks)
                let first = block * rowBlock
                multiply(
                    plan, rows: first..<min(plan.m, first + rowBlock), a.elements + plan.offsets[product].a,
                    b.elements + plan.offsets[product].b, c + product * plan.m * plan.n)
            }
        }
    }

    private static func multiply(
        _ plan: MatMulPlan, rows: Range<Int>, _ a: UnsafePointer<Int16>, _ b: UnsafePointer<Int16>, _ c: UnsafeMutablePointer<Int32>
    ) {
        for i in rows {
            row(a + i * plan.aStrides.row, plan.aStrides.column, b, plan.bStrides, plan.k, plan.n, c + i * plan.n)
        }
    }

    /// One row of a product: c[j] = Σ a[p]·b[p,j].
    static func row(
        _ a: UnsafePointer<Int16>, _ aStep: Int, _ b: UnsafePointer<Int16>, _ bStrides: (row: Int, column: Int), _ k: Int, _ n: Int,
        _ c: UnsafeMutablePointer<Int32>
    ) {
        c.update(repeating: 0, count: n)
        for p in 0..<k {
            let factor = Int32(a[p * aStep])
            if factor == 0 { continue }
            let line = b + p * bStrides.row
            if bStrides.column == 1 {
                for j in 0..<n { c[j] &+= factor &* Int32(line[j]) }
            } else {
                for j in 0..<n { c[j] &+= factor &* Int32(line[j * bStrides.column]) }
            }
        }
    }
}
