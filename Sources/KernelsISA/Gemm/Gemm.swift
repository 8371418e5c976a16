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
    // A vector more, which the packing of the last tile may overwrite.
    return blockTiles(ceilDivide(rows, tileRows), depth) &* tileRows &* depth &+ lanes
}

func gemm_f32(_ call: GemmF32) {
    var g = call
    withUnsafePointer(to: &g) { gemm_f32_tiles($0) }
}

/// A product with one panel that is two vectors wide even if the columns end within the first.
func gemm_f32_full_panel(_ call: GemmF32) {
    var g = call
    withUnsafePointer(to: &g) { call in
        let shares = Shares(call.pointee.rows, tileRows: tileRows)
        var tile = 0
        while tile < shares.tiles {
            let row = shares.first(tile)
            gemm_f32_direct(
                shares.count(tile), call.pointee.depth, call.pointee.a + row &* call.pointee.aRowStride, call.pointee.aRowStride,
                call.pointee.aDepthStride, call.pointee.packedB, call, row, 0, call.pointee.columns)
            tile &+= 1
        }
        if isLate(call.pointee.epilogue.activation) { activateRows(call, 0, call.pointee.rows, 0, call.pointee.columns) }
    }
}

private func activateRows(_ g: UnsafePointer<GemmF32>, _ row: Int, _ rows: Int, _ column: Int, _ columns: Int) {
    var r = row
    while r < row &+ rows {
        let at = g.pointee.c + r &* g.pointee.cRowStride + column
        activate_f32(g.pointee.epilogue.activation, at, at, columns)
        r &+= 1
    }
}

private func gemm_f32_tiles(_ call: UnsafePointer<GemmF32>) {
    let g = call.pointee
    guard g.rows > 0, g.columns > 0 else { return }
    let late = isLate(g.epilogue.activation)
    let shares = Shares(g.rows, tileRows: tileRows)
    let tiles = shares.tiles
    let panel = 2 &* lanes
    let scratch = packs(g.rows, g.columns) ? g.scratch : nil
    let block = blockTiles(tiles, g.depth)

    var firstTile = 0
    while firstTile < tiles {
        let endTile = firstTile &+ block < tiles ? firstTile &+ block : tiles
        let blockRow = shares.first(firstTile)
        if let scratch {
            var tile = firstTile
            while tile < endTile {
                let row = shares.first(tile)
                packRows(
                    g.a + row &* g.aRowStride, g.aRowStride, g.aDepthStride, shares.count(tile), g.depth,
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
                let row = shares.first(tile)
                let rows = shares.count(tile)
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
                if late { activateRows(call, row, rows, column, width) }
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
        scratchFloats: gemm_f32_scratch, multiply: gemm_f32, registersOnly: gemm_f32_registers)
}
