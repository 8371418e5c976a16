internal import CKernels
internal import KernelTable

/// Where a tile of a product goes and what happens to it on the way; pointers are at the tile's first element.
struct GemmSink: TileSink {
    private var c: UnsafeMutablePointer<Float>
    private let cRowStride: Int
    private let scale: V
    private var bias0: V
    private var bias1: V
    private let rowBias: UnsafePointer<Float>?
    private var residual: UnsafePointer<Float>?
    private let residualRowStride: Int
    private let residualScale: V
    private let low: V
    private let high: V
    /// Columns of each vector that exist; `lanes` throughout where `isFull`.
    private let width0: Int
    private let width1: Int
    private let isFull: Bool

    /// - Parameter isFull: a constant, so that the compiler drops the other way.
    @inline(__always)
    init(_ g: UnsafePointer<GemmF32>, row: Int, column: Int, columns: Int, isFull: Bool) {
        let e = g.pointee.epilogue
        c = g.pointee.c + row &* g.pointee.cRowStride + column
        cRowStride = g.pointee.cRowStride
        scale = splat(e.scale)
        width0 = isFull || columns > lanes ? lanes : columns
        width1 = isFull ? lanes : columns &- width0
        if let bias = e.columnBias {
            bias0 = isFull ? load(bias + column) : load(bias + column, partial: width0)
            bias1 = columns <= lanes ? splat(0) : isFull ? load(bias + column + lanes) : load(bias + column + lanes, partial: width1)
        } else {
            bias0 = splat(0)
            bias1 = splat(0)
        }
        rowBias = e.rowBias.map { $0 + row }
        residual = e.residual.map { $0 + row &* e.residualRowStride + column }
        residualRowStride = e.residualRowStride
        residualScale = splat(e.residualScale)
        let limits = activationLimits(e.activation)
        low = splat(limits.low)
        high = splat(limits.high)
        self.isFull = isFull
    }

    /// scale·sum + bias + residual within [low, high]; a NaN stays.
    @inline(__always)
    func put(_ sum: V, row: Int, vector: Int) {
        let column = vector &* lanes
        let width = vector == 0 ? width0 : width1
        var x = vector == 0 ? bias0 : bias1
        if let rowBias { x = x + splat(rowBias[row]) }
        x = fma(sum, scale, x)
        if let residual {
            let r = residual + row &* residualRowStride + column
            x = fma(isFull ? load(r) : load(r, partial: width), residualScale, x)
        }
        x = ck_min(ck_max(x, low), high)
        let at = c + row &* cRowStride + column
        if isFull { store(x, at) } else { store(x, at, partial: width) }
    }
}
