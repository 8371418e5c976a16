internal import Tensors

/// Constant float32 matrices, packed once for every product to come.
struct PackedMatrices: Sendable {
    private let storage: Tensor
    private let perMatrix: Int
    /// The shape that was packed.
    let shape: Shape

    /// - Parameter tensor: constant [batch…, rows, columns], or with the last two the other way round.
    /// - Returns: nil for what cannot be packed beforehand.
    init?(_ tensor: Tensor?, _ layout: OperandLayout) {
        guard let tensor, tensor.dataType == .float32, tensor.shape.rank >= 2, !layout.hasLeadingRows || tensor.shape.rank == 2 else { return nil }
        shape = tensor.shape
        let (rows, columns) = (shape[shape.rank - 2], shape[shape.rank - 1])
        let (depth, width) = layout.isTransposed ? (columns, rows) : (rows, columns)
        let count = shape.count(in: 0..<shape.rank - 2)
        guard depth > 0, width > 0, count > 0, let whole = Shape(checking: [count, Float.packedCount(depth: depth, columns: width)]) else { return nil }
        perMatrix = whole[1]
        storage = Tensor(dataType: .float32, shape: whole)
        let (source, target) = (tensor.pointer(as: Float.self), storage.mutablePointer(as: Float.self))
        let strides = layout.isTransposed ? (row: 1, column: columns) : (row: columns, column: 1)
        for matrix in 0..<count {
            Float.pack(source + matrix * rows * columns, strides, depth: depth, columns: width, into: target + matrix * perMatrix)
        }
    }

    /// Valid while this value lives.
    var operand: RightOperand<Float> { .packed(storage.pointer(as: Float.self), perMatrix: perMatrix) }
}
