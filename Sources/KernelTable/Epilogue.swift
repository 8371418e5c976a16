/// What happens to a finished sum before it is stored, all in one pass over it:
///
///     y[m, n] = activation(scale·sum[m, n] + columnBias[n] + rowBias[m] + residualScale·residual[m, n])
public struct Epilogue {
    /// Multiplies the sum.
    public var scale: Float
    /// One addend per column, or nil.
    public var columnBias: UnsafePointer<Float>?
    /// One addend per row, or nil.
    public var rowBias: UnsafePointer<Float>?
    /// A matrix of the result's shape, or nil. May be the result itself: each element is read before it is written.
    public var residual: UnsafePointer<Float>?
    /// Distance between rows of `residual`, in elements.
    public var residualRowStride: Int
    public var residualScale: Float
    public var activation: Activation

    public init(
        scale: Float = 1, columnBias: UnsafePointer<Float>? = nil, rowBias: UnsafePointer<Float>? = nil,
        residual: UnsafePointer<Float>? = nil, residualRowStride: Int = 0, residualScale: Float = 1,
        activation: Activation = Activation(.identity)
    ) {
        self.scale = scale
        self.columnBias = columnBias
        self.rowBias = rowBias
        self.residual = residual
        self.residualRowStride = residualRowStride
        self.residualScale = residualScale
        self.activation = activation
    }
}
