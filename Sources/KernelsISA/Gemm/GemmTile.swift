internal import CKernels
internal import KernelTable

// Everything but the entry points is private: types that other files could see get metadata, whose helper functions
// have the same weak symbols in every module.

/// Where a tile's sums go and what happens to them on the way; pointers are at the tile's first element.
private struct TileOutput {
    var c: UnsafeMutablePointer<Float>
    var cRowStride: Int
    /// Columns of the tile that exist.
    var columns: Int
    var scale: Float
    var columnBias: UnsafePointer<Float>?
    var rowBias: UnsafePointer<Float>?
    var residual: UnsafePointer<Float>?
    var residualRowStride: Int
    var residualScale: Float
    var low: Float
    var high: Float

    /// The tile at (`row`, `column`) of a product.
    @inline(__always)
    init(_ g: UnsafePointer<GemmF32>, row: Int, column: Int, columns: Int) {
        let e = g.pointee.epilogue
        c = g.pointee.c + row &* g.pointee.cRowStride + column
        cRowStride = g.pointee.cRowStride
        self.columns = columns
        scale = e.scale
        columnBias = e.columnBias.map { $0 + column }
        rowBias = e.rowBias.map { $0 + row }
        residual = e.residual.map { $0 + row &* e.residualRowStride + column }
        residualRowStride = e.residualRowStride
        residualScale = e.residualScale
        switch e.activation.kind {
        case .relu:
            low = 0
            high = .infinity
        case .clip:
            low = e.activation.alpha
            high = e.activation.beta
        default:
            low = -.infinity
            high = .infinity
        }
    }

    /// Moves to the columns on the right.
    @inline(__always)
    mutating func advance(_ by: Int) {
        c += by
        if let columnBias { self.columnBias = columnBias + by }
        if let residual { self.residual = residual + by }
    }

    /// scale·sum + bias + residual within [low, high]; a NaN stays.
    @inline(__always)
    func finish(_ sum: V, bias: V, row: Int, column: Int, width: Int) {
        var x = bias
        if let rowBias { x = x + splat(rowBias[row]) }
        x = fma(sum, splat(scale), x)
        let at = c + row &* cRowStride + column
        if let residual {
            let r = residual + row &* residualRowStride + column
            x = fma(width == lanes ? load(r) : load(r, partial: width), splat(residualScale), x)
        }
        x = ck_min(ck_max(x, splat(low)), splat(high))
        if width == lanes { store(x, at) } else { store(x, at, partial: width) }
    }

    @inline(__always)
    func bias(column: Int, width: Int) -> V {
        guard let columnBias else { return V(repeating: 0) }
        return width == lanes ? load(columnBias + column) : load(columnBias + column, partial: width)
    }
}

/// Some rows of sums held in registers. Compositions of it are compiled to plain registers: every type is known and inlined.
private protocol Tile {
    static var rows: Int { get }
    /// Vectors of columns, 1 or 2.
    static var vectors: Int { get }
    /// All sums zero.
    init()
    /// Adds a[r·stride]·b to row r, for every row.
    mutating func step(_ a: UnsafePointer<Float>, _ stride: Int, _ b0: V, _ b1: V)
    func finish(_ output: TileOutput, row: Int, bias0: V, bias1: V, width0: Int, width1: Int)
}

private struct Row2: Tile {
    var x = V(repeating: 0)
    var y = V(repeating: 0)
    @inline(__always) static var rows: Int { 1 }
    @inline(__always) static var vectors: Int { 2 }
    @inline(__always) init() {}
    @inline(__always) mutating func step(_ a: UnsafePointer<Float>, _ stride: Int, _ b0: V, _ b1: V) {
        let v = splat(a.pointee)
        x = fma(v, b0, x)
        y = fma(v, b1, y)
    }
    @inline(__always) func finish(_ output: TileOutput, row: Int, bias0: V, bias1: V, width0: Int, width1: Int) {
        output.finish(x, bias: bias0, row: row, column: 0, width: width0)
        output.finish(y, bias: bias1, row: row, column: lanes, width: width1)
    }
}

private struct Row1: Tile {
    var x = V(repeating: 0)
    @inline(__always) static var rows: Int { 1 }
    @inline(__always) static var vectors: Int { 1 }
    @inline(__always) init() {}
    @inline(__always) mutating func step(_ a: UnsafePointer<Float>, _ stride: Int, _ b0: V, _ b1: V) {
        x = fma(splat(a.pointee), b0, x)
    }
    @inline(__always) func finish(_ output: TileOutput, row: Int, bias0: V, bias1: V, width0: Int, width1: Int) {
        output.finish(x, bias: bias0, row: row, column: 0, width: width0)
    }
}

private struct Stack<A: Tile, B: Tile>: Tile {
    var a = A()
    var b = B()
    @inline(__always) static var rows: Int { A.rows &+ B.rows }
    @inline(__always) static var vectors: Int { A.vectors }
    @inline(__always) init() {}
    @inline(__always) mutating func step(_ p: UnsafePointer<Float>, _ stride: Int, _ b0: V, _ b1: V) {
        a.step(p, stride, b0, b1)
        b.step(p + A.rows &* stride, stride, b0, b1)
    }
    @inline(__always) func finish(_ output: TileOutput, row: Int, bias0: V, bias1: V, width0: Int, width1: Int) {
        a.finish(output, row: row, bias0: bias0, bias1: bias1, width0: width0, width1: width1)
        b.finish(output, row: row &+ A.rows, bias0: bias0, bias1: bias1, width0: width0, width1: width1)
    }
}

private typealias Two<R: Tile> = Stack<R, R>
private typealias Three<R: Tile> = Stack<Two<R>, R>
private typealias Four<R: Tile> = Stack<Two<R>, Two<R>>
private typealias Five<R: Tile> = Stack<Four<R>, R>
private typealias Six<R: Tile> = Stack<Four<R>, Two<R>>
private typealias Seven<R: Tile> = Stack<Four<R>, Three<R>>
private typealias Eight<R: Tile> = Stack<Four<R>, Four<R>>
private typealias Nine<R: Tile> = Stack<Eight<R>, R>
private typealias Ten<R: Tile> = Stack<Eight<R>, Two<R>>
private typealias Eleven<R: Tile> = Stack<Eight<R>, Three<R>>
private typealias Twelve<R: Tile> = Stack<Eight<R>, Four<R>>

/// The sums of one tile over the whole depth, and their epilogue.
///
/// - Parameters:
///   - a: A[r, k] is at `a[r·rowStride + k·depthStride]`.
///   - b: one panel: depth × (vectors·lanes) floats.
@inline(__always)
private func multiplyTile<T: Tile>(
    _: T.Type, _ depth: Int, _ a: UnsafePointer<Float>, _ rowStride: Int, _ depthStride: Int, _ b: UnsafePointer<Float>, _ output: TileOutput
) {
    var tile = T()
    var a = a
    var b = b
    var left = depth
    while left > 0 {
        let b0 = load(b)
        let b1 = T.vectors == 2 ? load(b + lanes) : b0
        tile.step(a, rowStride, b0, b1)
        a += depthStride
        b += T.vectors &* lanes
        left &-= 1
    }
    let full = T.vectors &* lanes
    if output.columns == full {
        tile.finish(
            output, row: 0, bias0: output.bias(column: 0, width: lanes),
            bias1: T.vectors == 2 ? output.bias(column: lanes, width: lanes) : V(repeating: 0), width0: lanes, width1: lanes)
    } else {
        let width0 = output.columns < lanes ? output.columns : lanes
        let width1 = output.columns &- width0
        tile.finish(
            output, row: 0, bias0: output.bias(column: 0, width: width0),
            bias1: width1 > 0 ? output.bias(column: lanes, width: width1) : V(repeating: 0), width0: width0, width1: width1)
    }
}

/// Picks the tile with exactly `rows` rows.
@inline(__always)
private func multiplyRows<R: Tile>(
    _: R.Type, _ rows: Int, _ depth: Int, _ a: UnsafePointer<Float>, _ rowStride: Int, _ depthStride: Int, _ b: UnsafePointer<Float>,
    _ output: TileOutput
) {
    switch rows {
    case 1: multiplyTile(R.self, depth, a, rowStride, depthStride, b, output)
    case 2: multiplyTile(Two<R>.self, depth, a, rowStride, depthStride, b, output)
    case 3: multiplyTile(Three<R>.self, depth, a, rowStride, depthStride, b, output)
    case 4: multiplyTile(Four<R>.self, depth, a, rowStride, depthStride, b, output)
    #if ISA_AVX2 || ISA_AVX512
    case 5: multiplyTile(Five<R>.self, depth, a, rowStride, depthStride, b, output)
    case 6: multiplyTile(Six<R>.self, depth, a, rowStride, depthStride, b, output)
    #endif
    #if ISA_AVX512
    case 7: multiplyTile(Seven<R>.self, depth, a, rowStride, depthStride, b, output)
    case 8: multiplyTile(Eight<R>.self, depth, a, rowStride, depthStride, b, output)
    case 9: multiplyTile(Nine<R>.self, depth, a, rowStride, depthStride, b, output)
    case 10: multiplyTile(Ten<R>.self, depth, a, rowStride, depthStride, b, output)
    case 11: multiplyTile(Eleven<R>.self, depth, a, rowStride, depthStride, b, output)
    case 12: multiplyTile(Twelve<R>.self, depth, a, rowStride, depthStride, b, output)
    #endif
    default: break
    }
}

/// A tile whose rows of A are packed side by side: A[r, k] at `a[k·rows + r]`.
@inline(never)
func gemm_f32_packed(_ rows: Int, _ depth: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ g: UnsafePointer<GemmF32>, _ row: Int, _ column: Int, _ columns: Int
) {
    let output = TileOutput(g, row: row, column: column, columns: columns)
    switch rows {
    case 1: multiplyRows(Row2.self, 1, depth, a, 1, 1, b, output)
    case 2: multiplyRows(Row2.self, 2, depth, a, 1, 2, b, output)
    case 3: multiplyRows(Row2.self, 3, depth, a, 1, 3, b, output)
    case 4: multiplyRows(Row2.self, 4, depth, a, 1, 4, b, output)
    #if ISA_AVX2 || ISA_AVX512
    case 5: multiplyRows(Row2.self, 5, depth, a, 1, 5, b, output)
    case 6: multiplyRows(Row2.self, 6, depth, a, 1, 6, b, output)
    #endif
    #if ISA_AVX512
    case 7: multiplyRows(Row2.self, 7, depth, a, 1, 7, b, output)
    case 8: multiplyRows(Row2.self, 8, depth, a, 1, 8, b, output)
    case 9: multiplyRows(Row2.self, 9, depth, a, 1, 9, b, output)
    case 10: multiplyRows(Row2.self, 10, depth, a, 1, 10, b, output)
    case 11: multiplyRows(Row2.self, 11, depth, a, 1, 11, b, output)
    case 12: multiplyRows(Row2.self, 12, depth, a, 1, 12, b, output)
    #endif
    default: break
    }
}

/// A tile that reads A where it lies.
@inline(never)
func gemm_f32_direct(
    _ rows: Int, _ depth: Int, _ a: UnsafePointer<Float>, _ rowStride: Int, _ depthStride: Int, _ b: UnsafePointer<Float>, _ g: UnsafePointer<GemmF32>, _ row: Int, _ column: Int, _ columns: Int
) {
    let output = TileOutput(g, row: row, column: column, columns: columns)
    multiplyRows(Row2.self, rows, depth, a, rowStride, depthStride, b, output)
}

/// The same over a half panel, the last of a B whose columns end within its first vector.
@inline(never)
func gemm_f32_half(
    _ rows: Int, _ depth: Int, _ a: UnsafePointer<Float>, _ rowStride: Int, _ depthStride: Int, _ b: UnsafePointer<Float>, _ g: UnsafePointer<GemmF32>, _ row: Int, _ column: Int, _ columns: Int
) {
    let output = TileOutput(g, row: row, column: column, columns: columns)
    multiplyRows(Row1.self, rows, depth, a, rowStride, depthStride, b, output)
}

/// One to three rows over four panels at once: so few rows do not fill the multipliers' latency from one panel.
@inline(__always)
private func multiplyWide<T: Tile>(
    _: T.Type, _ depth: Int, _ a: UnsafePointer<Float>, _ rowStride: Int, _ depthStride: Int, _ b: UnsafePointer<Float>, _ output: TileOutput
) {
    let panel = 2 &* lanes
    let panelFloats = depth &* panel
    var t0 = T()
    var t1 = T()
    var t2 = T()
    var t3 = T()
    var a = a
    var b = b
    var left = depth
    while left > 0 {
        t0.step(a, rowStride, load(b), load(b + lanes))
        t1.step(a, rowStride, load(b + panelFloats), load(b + panelFloats + lanes))
        t2.step(a, rowStride, load(b + 2 &* panelFloats), load(b + 2 &* panelFloats + lanes))
        t3.step(a, rowStride, load(b + 3 &* panelFloats), load(b + 3 &* panelFloats + lanes))
        a += depthStride
        b += panel
        left &-= 1
    }
    var output = output
    finishPanel(t0, output)
    output.advance(panel)
    finishPanel(t1, output)
    output.advance(panel)
    finishPanel(t2, output)
    output.advance(panel)
    finishPanel(t3, output)
}

@inline(__always)
private func finishPanel<T: Tile>(_ tile: T, _ output: TileOutput) {
    tile.finish(
        output, row: 0, bias0: output.bias(column: 0, width: lanes), bias1: output.bias(column: lanes, width: lanes),
        width0: lanes, width1: lanes)
}

@inline(never)
func gemm_f32_wide(
    _ rows: Int, _ depth: Int, _ a: UnsafePointer<Float>, _ rowStride: Int, _ depthStride: Int, _ b: UnsafePointer<Float>, _ g: UnsafePointer<GemmF32>, _ row: Int, _ column: Int, _ columns: Int
) {
    let output = TileOutput(g, row: row, column: column, columns: columns)
    switch rows {
    case 1: multiplyWide(Row2.self, depth, a, rowStride, depthStride, b, output)
    #if ISA_AVX512
    case 2: multiplyWide(Two<Row2>.self, depth, a, rowStride, depthStride, b, output)
    case 3: multiplyWide(Three<Row2>.self, depth, a, rowStride, depthStride, b, output)
    #endif
    default: break
    }
}
