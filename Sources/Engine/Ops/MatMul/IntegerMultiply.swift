internal import Kernels
internal import Tensors

/// An 8-bit operand and its zero points: one, or one for each row of a left operand, or each column of a right one.
struct IntegerOperand {
    let elements: UnsafePointer<UInt8>
    let isSigned: Bool
    let zeroPoints: [Int32]

    init(_ tensor: Tensor, zeroPoint: Tensor?) {
        elements = tensor.pointer(as: UInt8.self)
        isSigned = tensor.dataType == .int8
        zeroPoints = zeroPoint.map(Self.values) ?? [0]
    }

    /// The elements of an 8-bit tensor.
    static func values(_ tensor: Tensor) -> [Int32] {
        tensor.dataType == .uint8
            ? tensor.elements(as: UInt8.self).map(Int32.init) : tensor.elements(as: Int8.self).map(Int32.init)
    }
}

/// Products of 8-bit matrices less their zero points, summed modulo 2^32.
enum IntegerMultiply {
    private static let rowsPerPiece = 64

    /// - Parameter packed: the right operand, when it was packed beforehand.
    static func run(
        _ run: NodeRun, _ plan: MatMulPlan, _ a: IntegerOperand, _ b: IntegerOperand, packed: PackedIntegerMatrices? = nil,
        _ c: UnsafeMutablePointer<Int32>
    ) {
        let (m, n, k, count) = (plan.m, plan.n, plan.k, plan.offsets.count)
        guard m > 0, n > 0, count > 0 else { return }
        let kernels = Kernels.table.integer
        let (left, rowStride) = rows(run, plan, a.elements)
        let leftZeros = a.zeroPoints.count > 1 ? run.scratch(Int32.self, count: count * m) : nil
        if let leftZeros { for row in 0..<count * m { leftZeros[row] = a.zeroPoints[row % a.zeroPoints.count] } }
        let rightZeros = b.zeroPoints.count > 1 ? run.scratch(Int32.self, count: b.zeroPoints.count) : nil
        if let rightZeros { for (index, zero) in b.zeroPoints.enumerated() { rightZeros[index] = zero } }
        let block = min(m, rowsPerPiece)
        let blocks = (m + block - 1) / block
        // A right operand that all share is packed once; others by whoever needs them.
        let shared = packed == nil && plan.offsets.allSatisfy { $0.b == plan.offsets[0].b } ? run.scratch(byteCount: kernels.packedBytes(k, n)) : nil
        if let shared {
            kernels.packB(b.elements + plan.offsets[0].b, b.isSigned, plan.bStrides.row, plan.bStrides.column, k, n, shared)
        }
        let packsHere = packed == nil && shared == nil
        run.parallel(count * blocks, costPerPiece: 2 &* block &* n &* k) { pieces in
            LaneScratch.with(UInt8.self, count: kernels.scratchBytes(block, n, k)) { scratch in
                LaneScratch.with(UInt8.self, count: packsHere ? kernels.packedBytes(k, n) : 0) { own in
                    for piece in pieces {
                        let (product, part) = piece.quotientAndRemainder(dividingBy: blocks)
                        let first = part * block
                        let matrix = plan.offsets[product].b / max(k * n, 1)
                        if packsHere {
                            kernels.packB(
                                b.elements + plan.offsets[product].b, b.isSigned, plan.bStrides.row, plan.bStrides.column, k, n,
                                UnsafeMutableRawPointer(own))
                        }
                        let right = packed?.matrix(matrix) ?? UnsafeRawPointer(shared ?? UnsafeMutableRawPointer(own))
                        var call = GemmInt8(
                            rows: min(block, m - first), columns: n, depth: k, a: left + plan.offsets[product].a + first * rowStride,
                            aIsSigned: a.isSigned, aRowStride: rowStride, packedB: right, bIsSigned: b.isSigned,
                            c: c + (product * m + first) * n, cRowStride: n, scratch: UnsafeMutableRawPointer(scratch))
                        call.aZeroPoint = a.zeroPoints[0]
                        call.aZeroPoints = leftZeros.map { UnsafePointer($0) + product * m + first }
                        call.bZeroPoint = b.zeroPoints[0]
                        call.bZeroPoints = rightZeros.map { UnsafePointer($0) + (b.zeroPoints.count > n ? matrix * n : 0) }
                        kernels.multiply(call)
                    }
                }
            }
        }
    }

    /// The left operand with the elements of a row adjacent, and how far its rows are apart.
    private static func rows(_ run: NodeRun, _ plan: MatMulPlan, _ a: UnsafePointer<UInt8>) -> (UnsafePointer<UInt8>, Int) {
        if plan.aStrides.column == 1 || plan.k <= 1 { return (a, plan.aStrides.row) }
        // Only a single matrix is ever transposed.
        let copy = run.scratch(UInt8.self, count: plan.m * plan.k)
        for i in 0..<plan.m {
            for p in 0..<plan.k { copy[i * plan.k + p] = a[i * plan.aStrides.row + p * plan.aStrides.column] }
        }
        return (UnsafePointer(copy), plan.k)
    }
}

/// Constant 8-bit matrices, packed once for every product to come.
struct PackedIntegerMatrices: Sendable {
    private let storage: Tensor
    private let perMatrix: Int

    /// - Parameter tensor: constant [batch…, rows, columns], or with the last two the other way round.
    init?(_ tensor: Tensor?, isTransposed: Bool = false) {
        guard let tensor, tensor.dataType == .uint8 || tensor.dataType == .int8, tensor.shape.rank >= 2, tensor.count > 0 else { return nil }
        let shape = tensor.shape
        let (rows, columns) = (shape[shape.rank - 2], shape[shape.rank - 1])
        let (depth, width) = isTransposed ? (columns, rows) : (rows, columns)
        let count = shape.count(in: 0..<shape.rank - 2)
        let kernels = Kernels.table.integer
        guard let whole = Shape(checking: [count, kernels.packedBytes(depth, width)]) else { return nil }
        perMatrix = whole[1]
        storage = Tensor(dataType: .uint8, shape: whole)
        for matrix in 0..<count {
            kernels.packB(
                tensor.pointer(as: UInt8.self) + matrix * rows * columns, tensor.dataType == .int8, isTransposed ? 1 : columns,
                isTransposed ? columns : 1, depth, width, storage.mutableBytes + matrix * perMatrix)
        }
    }

    /// Valid while this value lives.
    func matrix(_ index: Int) -> UnsafeRawPointer { storage.bytes + index * perMatrix }
}
