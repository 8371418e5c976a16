internal import CKernels
internal import KernelTable

/// Where a product's tile is.
private struct Place {
    var g: UnsafePointer<GemmF32>
    var row: Int
    var column: Int
    var columns: Int
}

/// The sums of one tile over the whole depth, and their epilogue.
///
/// - Parameters:
///   - a: A[r, k] is at `a[r·rowStride + k·depthStride]`.
///   - b: one panel: depth × (vectors·lanes) floats.
@inline(__always)
private func multiplyTile<T: Tile>(
    _: T.Type, _ depth: Int, _ a: UnsafePointer<Float>, _ rowStride: Int, _ depthStride: Int, _ b: UnsafePointer<Float>, _ place: Place
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
    if place.columns == T.vectors &* lanes {
        tile.store(to: GemmSink(place.g, row: place.row, column: place.column, columns: T.vectors &* lanes, isFull: true), row: 0)
    } else {
        tile.store(to: GemmSink(place.g, row: place.row, column: place.column, columns: place.columns, isFull: false), row: 0)
    }
}

/// Picks the tile with exactly `rows` rows.
@inline(__always)
private func multiplyRows<R: Tile>(
    _: R.Type, _ rows: Int, _ depth: Int, _ a: UnsafePointer<Float>, _ rowStride: Int, _ depthStride: Int, _ b: UnsafePointer<Float>,
    _ place: Place
) {
    switch rows {
    case 1: multiplyTile(R.self, depth, a, rowStride, depthStride, b, place)
    case 2: multiplyTile(Two<R>.self, depth, a, rowStride, depthStride, b, place)
    case 3: multiplyTile(Three<R>.self, depth, a, rowStride, depthStride, b, place)
    case 4: multiplyTile(Four<R>.self, depth, a, rowStride, depthStride, b, place)
    #if ISA_AVX2 || ISA_AVX512
        case 5: multiplyTile(Five<R>.self, depth, a, rowStride, depthStride, b, place)
        case 6: multiplyTile(Six<R>.self, depth, a, rowStride, depthStride, b, place)
    #endif
    #if ISA_AVX512
        case 7: multiplyTile(Seven<R>.self, depth, a, rowStride, depthStride, b, place)
        case 8: multiplyTile(Eight<R>.self, depth, a, rowStride, depthStride, b, place)
        case 9: multiplyTile(Nine<R>.self, depth, a, rowStride, depthStride, b, place)
        case 10: multiplyTile(Ten<R>.self, depth, a, rowStride, depthStride, b, place)
        case 11: multiplyTile(Eleven<R>.self, depth, a, rowStride, depthStride, b, place)
        case 12: multiplyTile(Twelve<R>.self, depth, a, rowStride, depthStride, b, place)
    #endif
    default: break
    }
}

/// A tile whose rows of A are packed side by side: A[r, k] at `a[k·rows + r]`.
@inline(never)
func gemm_f32_packed(
    _ rows: Int, _ depth: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ g: UnsafePointer<GemmF32>, _ row: Int, _ column: Int,
    _ columns: Int
) {
    let place = Place(g: g, row: row, column: column, columns: columns)
    switch rows {
    case 1: multiplyRows(Row2.self, 1, depth, a, 1, 1, b, place)
    case 2: multiplyRows(Row2.self, 2, depth, a, 1, 2, b, place)
    case 3: multiplyRows(Row2.self, 3, depth, a, 1, 3, b, place)
    case 4: multiplyRows(Row2.self, 4, depth, a, 1, 4, b, place)
    #if ISA_AVX2 || ISA_AVX512
        case 5: multiplyRows(Row2.self, 5, depth, a, 1, 5, b, place)
        case 6: multiplyRows(Row2.self, 6, depth, a, 1, 6, b, place)
    #endif
    #if ISA_AVX512
        case 7: multiplyRows(Row2.self, 7, depth, a, 1, 7, b, place)
        case 8: multiplyRows(Row2.self, 8, depth, a, 1, 8, b, place)
        case 9: multiplyRows(Row2.self, 9, depth, a, 1, 9, b, place)
        case 10: multiplyRows(Row2.self, 10, depth, a, 1, 10, b, place)
        case 11: multiplyRows(Row2.self, 11, depth, a, 1, 11, b, place)
        case 12: multiplyRows(Row2.self, 12, depth, a, 1, 12, b, place)
    #endif
    default: break
    }
}

/// A tile that reads A where it lies.
@inline(never)
func gemm_f32_direct(
    _ rows: Int, _ depth: Int, _ a: UnsafePointer<Float>, _ rowStride: Int, _ depthStride: Int, _ b: UnsafePointer<Float>,
    _ g: UnsafePointer<GemmF32>, _ row: Int, _ column: Int, _ columns: Int
) {
    let place = Place(g: g, row: row, column: column, columns: columns)
    multiplyRows(Row2.self, rows, depth, a, rowStride, depthStride, b, place)
}

/// The same over a half panel, the last of a B whose columns end within its first vector.
@inline(never)
func gemm_f32_half(
    _ rows: Int, _ depth: Int, _ a: UnsafePointer<Float>, _ rowStride: Int, _ depthStride: Int, _ b: UnsafePointer<Float>,
    _ g: UnsafePointer<GemmF32>, _ row: Int, _ column: Int, _ columns: Int
) {
    let place = Place(g: g, row: row, column: column, columns: columns)
    multiplyRows(Row1.self, rows, depth, a, rowStride, depthStride, b, place)
}

/// One to three rows over four panels at once: so few rows do not fill the multipliers' latency from one panel.
@inline(__always)
private func multiplyWide<T: Tile>(
    _: T.Type, _ depth: Int, _ a: UnsafePointer<Float>, _ rowStride: Int, _ depthStride: Int, _ b: UnsafePointer<Float>, _ place: Place
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
    finishPanel(t0, place, 0)
    finishPanel(t1, place, panel)
    finishPanel(t2, place, 2 &* panel)
    finishPanel(t3, place, 3 &* panel)
}

@inline(__always)
private func finishPanel<T: Tile>(_ tile: T, _ place: Place, _ offset: Int) {
    tile.store(to: GemmSink(place.g, row: place.row, column: place.column &+ offset, columns: 2 &* lanes, isFull: true), row: 0)
}

@inline(never)
func gemm_f32_wide(
    _ rows: Int, _ depth: Int, _ a: UnsafePointer<Float>, _ rowStride: Int, _ depthStride: Int, _ b: UnsafePointer<Float>,
    _ g: UnsafePointer<GemmF32>, _ row: Int, _ column: Int, _ columns: Int
) {
    let place = Place(g: g, row: row, column: column, columns: columns)
    switch rows {
    case 1: multiplyWide(Row2.self, depth, a, rowStride, depthStride, b, place)
    #if ISA_AVX512
        case 2: multiplyWide(Two<Row2>.self, depth, a, rowStride, depthStride, b, place)
        case 3: multiplyWide(Three<Row2>.self, depth, a, rowStride, depthStride, b, place)
    #endif
    default: break
    }
}

/// The inner loop of a full tile without its memory: what the multipliers can do.
func gemm_f32_registers(_ depth: Int) -> Float {
    #if ISA_AVX512
        var tile = Twelve<Row2>()
    #elseif ISA_AVX2
        var tile = Six<Row2>()
    #else
        var tile = Four<Row2>()
    #endif
    var a: Float = 0.5
    let b0 = splat(0.25)
    let b1 = splat(0.75)
    var left = depth
    while left > 0 {
        tile.step(&a, 0, b0, b1)
        left &-= 1
    }
    return ck_reduce_add(tile.sum)
}
