internal import KernelTable

// The depth is never cut: a panel of B streams from the second-level cache at a few bytes a cycle, which the tile's
// 24 multiply-adds per step hide. So no partial sum is ever stored, and each sum is one chain whatever the tiling.

/// Floats of A packed at a time: a share of the second-level cache, so that panels of B fit beside it.
@inline(__always) private var blockFloats: Int {
    #if ISA_AVX512
    96 &* 1024
    #else
    40 &* 1024
    #endif
}

/// From this many panels on, packing A pays.
@inline(__always) private var packingPanels: Int { 3 }

/// Tiles of A packed at a time.
@inline(__always)
private func blockTiles(_ tiles: Int, _ depth: Int) -> Int {
    var fit = depth == 0 ? tiles : blockFloats / (depth &* tileRows)
    if fit < 1 { fit = 1 }
    return fit < tiles ? fit : tiles
}

@inline(__always)
private func packs(_ rows: Int, _ columns: Int) -> Bool { rows > wideRows && columns >= packingPanels &* 2 &* lanes }

@inline(__always)
private func ceilDivide(_ a: Int, _ b: Int) -> Int { (a &+ b &- 1) / b }

func gemm_f32_scratch(_ rows: Int, _ columns: Int, _ depth: Int) -> Int {
    guard rows > 0, columns > 0, packs(rows, columns) else { return 0 }
    return blockTiles(ceilDivide(rows, tileRows), depth) &* tileRows &* depth
}

/// Rows are shared evenly among the tiles: 49 rows are five tiles of ten and nine, not four of twelve and one of one.
@inline(__always)
private func firstRow(_ tile: Int, _ rows: Int, _ tiles: Int) -> Int {
    let extra = rows % tiles
    return tile &* (rows / tiles) &+ (tile < extra ? tile : extra)
}

@inline(__always)
private func rowCount(_ tile: Int, _ rows: Int, _ tiles: Int) -> Int { rows / tiles &+ (tile < rows % tiles ? 1 : 0) }

/// Activations that tiles do not apply themselves.
@inline(__always)
private func isLate(_ activation: Activation) -> Bool {
    switch activation.kind {
    case .identity, .relu, .clip: false
    default: true
    }
}

func gemm_f32(_ call: GemmF32) {
    var g = call
    withUnsafePointer(to: &g) { gemm_f32_tiles($0) }
}

private func gemm_f32_tiles(_ call: UnsafePointer<GemmF32>) {
    let g = call.pointee
    guard g.rows > 0, g.columns > 0 else { return }
    let late = isLate(g.epilogue.activation)
    let tiles = ceilDivide(g.rows, tileRows)
    let panel = 2 &* lanes
    let scratch = packs(g.rows, g.columns) ? g.scratch : nil
    let block = blockTiles(tiles, g.depth)

    var firstTile = 0
    while firstTile < tiles {
        let endTile = firstTile &+ block < tiles ? firstTile &+ block : tiles
        let blockRow = firstRow(firstTile, g.rows, tiles)
        if let scratch {
            var tile = firstTile
            while tile < endTile {
                let row = firstRow(tile, g.rows, tiles)
                packRows(
                    g.a + row &* g.aRowStride, g.aRowStride, g.aDepthStride, rowCount(tile, g.rows, tiles), g.depth,
                    scratch + (row &- blockRow) &* g.depth)
                tile &+= 1
            }
        }
        var column = 0
        while column < g.columns {
            let left = g.columns &- column
            let b = g.packedB + column &* g.depth
            let wide = g.rows <= wideRows && left >= 4 &* panel
            let width = wide ? 4 &* panel : (left < panel ? left : panel)
            var tile = firstTile
            while tile < endTile {
                let row = firstRow(tile, g.rows, tiles)
                let rows = rowCount(tile, g.rows, tiles)
                if let scratch {
                    let a = UnsafePointer(scratch + (row &- blockRow) &* g.depth)
                    if width > lanes {
                        gemm_f32_packed(rows, g.depth, a, b, call, row, column, width)
                    } else {
                        gemm_f32_half(rows, g.depth, a, 1, rows, b, call, row, column, width)
                    }
                } else {
                    let a = g.a + row &* g.aRowStride
                    if wide {
                        gemm_f32_wide(rows, g.depth, a, g.aRowStride, g.aDepthStride, b, call, row, column, width)
                    } else if width > lanes {
                        gemm_f32_direct(rows, g.depth, a, g.aRowStride, g.aDepthStride, b, call, row, column, width)
                    } else {
                        gemm_f32_half(rows, g.depth, a, g.aRowStride, g.aDepthStride, b, call, row, column, width)
                    }
                }
                if late {
                    var r = row
                    while r < row &+ rows {
                        let at = g.c + r &* g.cRowStride + column
                        activate_f32(g.epilogue.activation, at, at, width)
                        r &+= 1
                    }
                }
                tile &+= 1
            }
            column &+= width
        }
        firstTile = endTile
    }
}

func makeGemmKernels() -> GemmKernels {
    GemmKernels(
        panelColumns: 2 &* lanes, tileRows: tileRows, packedFloats: gemm_f32_packed_floats, packB: gemm_f32_pack_b,
        scratchFloats: gemm_f32_scratch, multiply: gemm_f32)
}
