/// y[r, ·] = f(x[r, ·]) over dense rows of `columns` floats; `x` and `y` may be the same pointer.
public typealias RowKernel =
    @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) -> Void

/// y[r] = f(x[r, ·]) over dense rows of `columns` floats.
public typealias ReduceKernel = RowKernel

/// Normalisation of dense rows of `columns` floats; `scale` and `bias` have one element per column, or are nil.
public typealias NormKernel =
    @Sendable (
        _ x: UnsafePointer<Float>, _ scale: UnsafePointer<Float>?, _ bias: UnsafePointer<Float>?, _ epsilon: Float,
        _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int
    ) -> Void

/// Kernels over rows. The order of every reduction is fixed by `columns` alone, so a row's bits do not depend on its neighbours.
public struct RowKernels: Sendable {
    /// exp(x − max) / Σ exp(x − max). A row that is −∞ throughout, or holds NaN, gives NaN.
    public let softmax: RowKernel
    /// x − max − log Σ exp(x − max)
    public let logSoftmax: RowKernel
    /// (x − mean) / √(variance + epsilon) · scale + bias, the variance from the centred row.
    public let layerNorm: NormKernel
    /// x / √(mean of squares + epsilon) · scale + bias
    public let rmsNorm: NormKernel
    /// 0 for an empty row.
    public let sum: ReduceKernel
    public let sumOfSquares: ReduceKernel
    /// −∞ for an empty row; NaN if one is in the row.
    public let maximum: ReduceKernel
    /// +∞ for an empty row; NaN if one is in the row.
    public let minimum: ReduceKernel
    /// y[i] = Σ over r of x[r, i], in the order of the rows.
    public let sumOfRows: RowKernel

    public init(
        softmax: @escaping RowKernel, logSoftmax: @escaping RowKernel, layerNorm: @escaping NormKernel, rmsNorm: @escaping NormKernel,
        sum: @escaping ReduceKernel, sumOfSquares: @escaping ReduceKernel, maximum: @escaping ReduceKernel,
        minimum: @escaping ReduceKernel, sumOfRows: @escaping RowKernel
    ) {
        self.softmax = softmax
        self.logSoftmax = logSoftmax
        self.layerNorm = layerNorm
        self.rmsNorm = rmsNorm
        self.sum = sum
        self.sumOfSquares = sumOfSquares
        self.maximum = maximum
        self.minimum = minimum
        self.sumOfRows = sumOfRows
    }
}
