internal import CKernels
internal import KernelTable

// Σ (a − p)(b − q) = Σ ab − p·Σb − q·Σa + depth·p·q. Signed rows and unsigned columns are moved by 128 when they are packed,
// with their zero points, so that every strategy multiplies unsigned rows by signed columns; the sums of columns lie behind
// the packed panels, those of rows are taken while rows are packed.

@inline(__always) private var panelColumns: Int { 2 &* lanes }

@inline(__always) private func unitCount(_ depth: Int, _ unit: Int) -> Int { (depth &+ unit &- 1) / unit }

@inline(__always) private func panelCount(_ columns: Int) -> Int { (columns &+ panelColumns &- 1) / panelColumns }

@inline(__always)
private func packedBytes<D: DotProduct>(_: D.Type, _ depth: Int, _ columns: Int) -> Int {
    panelCount(columns) &* panelColumns &* 4 &* (unitCount(depth, D.unit) &+ 1)
}

/// [panel, unit, column, element], and then the sum of every column.
@inline(__always)
private func packB<D: DotProduct>(
    _: D.Type, _ b: UnsafePointer<UInt8>, _ isSigned: Bool, _ depthStride: Int, _ columnStride: Int, _ depth: Int, _ columns: Int,
    _ packed: UnsafeMutableRawPointer
) {
    let units = unitCount(depth, D.unit)
    let panels = panelCount(columns)
    let sums = (packed + panels &* panelColumns &* 4 &* units).assumingMemoryBound(to: Int32.self)
    let flip: UInt8 = isSigned ? 0 : 0x80
    if columnStride == 1 {
        packColumns(D.self, b, flip, depthStride, depth, columns, packed, sums)
        return
    }
    var column = 0
    while column < panels &* panelColumns {
        let panel = packed + column / panelColumns &* panelColumns &* 4 &* units
        let place = column % panelColumns
        var sum: Int32 = 0
        var k = 0
        while k < units &* D.unit {
            var value: Int8 = 0
            if column < columns, k < depth {
                value = Int8(bitPattern: b[k &* depthStride &+ column &* columnStride] ^ flip)
                sum &+= Int32(value)
            }
            let element = (k / D.unit &* panelColumns &+ place) &* D.unit &+ k % D.unit
            if D.unit == 4 {
                panel.assumingMemoryBound(to: Int8.self)[element] = value
            } else {
                panel.assumingMemoryBound(to: Int16.self)[element] = Int16(value)
            }
            k &+= 1
        }
        sums[column] = sum
        column &+= 1
    }
}

/// The same where the columns of a row of B are neighbours: a vector of columns at a time.
@inline(__always)
private func packColumns<D: DotProduct>(
    _: D.Type, _ b: UnsafePointer<UInt8>, _ flip: UInt8, _ depthStride: Int, _ depth: Int, _ columns: Int,
    _ packed: UnsafeMutableRawPointer, _ sums: UnsafeMutablePointer<Int32>
) {
    let units = unitCount(depth, D.unit)
    let end = panelCount(columns) &* panelColumns
    let sign = isplat(0x80)
    var column = 0
    while column < end {
        var to = packed + (column / panelColumns &* panelColumns &* units &+ column % panelColumns) &* 4
        let left = columns &- column < lanes ? columns &- column : lanes
        var sum = isplat(0)
        var k = 0
        while k < units &* D.unit {
            var word = isplat(0)
            var e = 0
            while e < D.unit {
                if k &+ e < depth {
                    let pattern = loadBytes(b + (k &+ e) &* depthStride + column, left, flip)
                    let value = (pattern ^ sign) &- sign
                    sum = sum &+ value
                    if D.unit == 4 {
                        word = word | pattern &<< isplat(Int32(truncatingIfNeeded: 8 &* e))
                    } else {
                        word = word | (value & isplat(0xFFFF)) &<< isplat(Int32(truncatingIfNeeded: 16 &* e))
                    }
                }
                e &+= 1
            }
            to.storeBytes(of: word, as: VI.self)
            to += 4 &* panelColumns
            k &+= D.unit
        }
        UnsafeMutableRawPointer(sums + column).storeBytes(of: left > 0 ? sum : isplat(0), as: VI.self)
        column &+= lanes
    }
}

/// `count` bytes with some bits turned, as integers; beyond them the pattern of zero.
@inline(__always)
private func loadBytes(_ p: UnsafePointer<UInt8>, _ count: Int, _ flip: UInt8) -> VI {
    if count == lanes { return ck_u8_to_i32(UnsafeRawPointer(p).loadUnaligned(as: ck_u8.self) ^ ck_u8(repeating: flip)) }
    var bytes = ck_u8(repeating: 0)
    var i = 0
    while i < count {
        bytes[i] = p[i] ^ flip
        i &+= 1
    }
    return ck_u8_to_i32(bytes)
}

/// One tile of A: [unit, row, element], zeros below its rows; `sums` gets the sum of each row.
@inline(__always)
private func packA<D: DotProduct>(
    _: D.Type, _ a: UnsafePointer<UInt8>, _ stride: Int, _ flip: UInt8, _ rows: Int, _ tileRows: Int, _ depth: Int,
    _ to: UnsafeMutableRawPointer, _ sums: UnsafeMutablePointer<Int32>
) {
    let units = unitCount(depth, D.unit)
    let whole = depth / D.unit
    let words = to.assumingMemoryBound(to: UInt32.self)
    let flips = UInt32(flip) &* 0x0101_0101
    var r = 0
    while r < tileRows {
        guard r < rows else {
            var u = 0
            while u < units {
                words[u &* tileRows &+ r] = 0
                u &+= 1
            }
            r &+= 1
            continue
        }
        let source = a + r &* stride
        sums[r] = byteSum(source, depth, flip)
        let raw = UnsafeRawPointer(source)
        var u = 0
        while u < whole {
            if D.unit == 4 {
                words[u &* tileRows &+ r] = raw.loadUnaligned(fromByteOffset: u &* 4, as: UInt32.self) ^ flips
            } else {
                let pair = UInt32(raw.loadUnaligned(fromByteOffset: u &* 2, as: UInt16.self)) ^ (flips & 0xFFFF)
                words[u &* tileRows &+ r] = (pair | pair &<< 8) & 0x00FF_00FF
            }
            u &+= 1
        }
        if u < units {
            var word: UInt32 = 0
            var e = u &* D.unit
            while e < depth {
                word |= UInt32(source[e] ^ flip) &<< UInt32(truncatingIfNeeded: (e &- u &* D.unit) &* (32 / D.unit))
                e &+= 1
            }
            words[u &* tileRows &+ r] = word
        }
        r &+= 1
    }
}

/// Σ (x[i] xor flip)
@inline(__always)
private func byteSum(_ x: UnsafePointer<UInt8>, _ count: Int, _ flip: UInt8) -> Int32 {
    let flips = ck_u8(repeating: flip)
    var vector = VI(repeating: 0)
    var i = 0
    while i &+ lanes <= count {
        vector = vector &+ ck_u8_to_i32(UnsafeRawPointer(x + i).loadUnaligned(as: ck_u8.self) ^ flips)
        i &+= lanes
    }
    var sum = ck_i32_reduce_add(vector)
    while i < count {
        sum &+= Int32(x[i] ^ flip)
        i &+= 1
    }
    return sum
}

/// Floats of a tile's sums at most, before they are corrected and cut to the matrix.
@inline(__always) private var tileInts: Int { tileRows &* panelColumns }

@inline(__always)
private func blockTiles(_ tiles: Int, _ units: Int) -> Int {
    let fit = 64 &* 1024 / (tileRows &* (units &+ 1))
    return fit < 1 ? 1 : fit < tiles ? fit : tiles
}

@inline(__always)
private func scratchBytes<D: DotProduct>(_: D.Type, _ rows: Int, _ depth: Int) -> Int {
    guard rows > 0 else { return 0 }
    let units = unitCount(depth, D.unit)
    let tiles = (rows &+ tileRows &- 1) / tileRows
    return (tileInts &+ blockTiles(tiles, units) &* tileRows &* (units &+ 1)) &* 4
}

@inline(__always)
private func multiply<D: DotProduct>(_ d: D.Type, _ g: GemmInt8) {
    guard g.rows > 0, g.columns > 0 else { return }
    let units = unitCount(g.depth, d.unit)
    let flip: UInt8 = g.aIsSigned ? 0x80 : 0
    let shift: Int32 = g.aIsSigned ? 128 : 0
    let shares = Shares(g.rows, tileRows: tileRows)
    let block = blockTiles(shares.tiles, units)
    let temporary = g.scratch.assumingMemoryBound(to: Int32.self)
    let rowSums = temporary + tileInts
    let packedA = UnsafeMutableRawPointer(rowSums + block &* tileRows)
    let columnSums = (g.packedB + panelCount(g.columns) &* panelColumns &* 4 &* units).assumingMemoryBound(to: Int32.self)
    let tileBytes = tileRows &* units &* 4

    var firstTile = 0
    while firstTile < shares.tiles {
        let endTile = firstTile &+ block < shares.tiles ? firstTile &+ block : shares.tiles
        var tile = firstTile
        while tile < endTile {
            let rows = shares.count(tile)
            packA(
                d, g.a + shares.first(tile) &* g.aRowStride, g.aRowStride, flip, rows, integerTileRows(rows), g.depth,
                packedA + (tile &- firstTile) &* tileBytes, rowSums + (tile &- firstTile) &* tileRows)
            tile &+= 1
        }
        var column = 0
        if g.rows == 1 {
            // One row does not fill the multipliers' latency from one panel.
            let zero = (g.aZeroPoints?[0] ?? g.aZeroPoint) &+ shift
            while column &+ 4 &* panelColumns <= g.columns {
                multiplyWideRow(
                    d, units, UnsafeRawPointer(packedA).assumingMemoryBound(to: Int32.self), g.packedB + column &* 4 &* units, temporary)
                var part = 0
                while part < 4 {
                    finishRow(
                        g, temporary + part &* panelColumns, rowSums[0], zero, columnSums, 0, column &+ part &* panelColumns, panelColumns)
                    part &+= 1
                }
                column &+= 4 &* panelColumns
            }
        }
        while column < g.columns {
            let b = g.packedB + column &* 4 &* units
            tile = firstTile
            while tile < endTile {
                let row = shares.first(tile)
                let rows = shares.count(tile)
                multiplyIntegerTile(
                    d, integerTileRows(rows), units,
                    UnsafeRawPointer(packedA + (tile &- firstTile) &* tileBytes).assumingMemoryBound(to: Int32.self), b, temporary,
                    panelColumns)
                let columns = g.columns &- column < panelColumns ? g.columns &- column : panelColumns
                var r = 0
                while r < rows {
                    let zero = (g.aZeroPoints?[row &+ r] ?? g.aZeroPoint) &+ shift
                    finishRow(
                        g, temporary + r &* panelColumns, rowSums[(tile &- firstTile) &* tileRows &+ r], zero, columnSums, row &+ r, column,
                        columns)
                    r &+= 1
                }
                tile &+= 1
            }
            column &+= panelColumns
        }
        firstTile = endTile
    }
}

/// Corrects one row of a tile for the zero points and moves it to C.
@inline(__always)
private func finishRow(
    _ g: GemmInt8, _ sums: UnsafeMutablePointer<Int32>, _ rowSum: Int32, _ rowZero: Int32, _ columnSums: UnsafePointer<Int32>, _ row: Int,
    _ column: Int, _ columns: Int
) {
    let to = g.c + row &* g.cRowStride + column
    let depth = Int32(truncatingIfNeeded: g.depth)
    let rest = rowSum &- depth &* rowZero
    let unsignedShift: Int32 = g.bIsSigned ? 0 : 128
    var n = 0
    let same = isplat((g.bZeroPoint &- unsignedShift) &* rest)
    while n &+ lanes <= columns {
        let raw = UnsafeRawPointer(sums + n).loadUnaligned(as: VI.self)
        var correction = isplat(rowZero) &* UnsafeRawPointer(columnSums + column + n).loadUnaligned(as: VI.self)
        if let zeros = g.bZeroPoints {
            let zero = UnsafeRawPointer(zeros + column + n).loadUnaligned(as: VI.self) &- isplat(unsignedShift)
            correction = correction &+ zero &* isplat(rest)
        } else {
            correction = correction &+ same
        }
        UnsafeMutableRawPointer(to + n).storeBytes(of: raw &- correction, as: VI.self)
        n &+= lanes
    }
    while n < columns {
        let zero = (g.bZeroPoints?[column &+ n] ?? g.bZeroPoint) &- unsignedShift
        to[n] = sums[n] &- rowZero &* columnSums[column &+ n] &- zero &* rest
        n &+= 1
    }
}

private func word_packed_bytes(_ depth: Int, _ columns: Int) -> Int { packedBytes(WordPairs.self, depth, columns) }
private func word_scratch_bytes(_ rows: Int, _ columns: Int, _ depth: Int) -> Int { scratchBytes(WordPairs.self, rows, depth) }
private func word_pack_b(
    _ b: UnsafePointer<UInt8>, _ isSigned: Bool, _ depthStride: Int, _ columnStride: Int, _ depth: Int, _ columns: Int,
    _ packed: UnsafeMutableRawPointer
) { packB(WordPairs.self, b, isSigned, depthStride, columnStride, depth, columns, packed) }
private func gemm_i8_words(_ g: GemmInt8) { multiply(WordPairs.self, g) }

#if ISA_AVX512
    private func quad_packed_bytes(_ depth: Int, _ columns: Int) -> Int { packedBytes(ByteQuads.self, depth, columns) }
    private func quad_scratch_bytes(_ rows: Int, _ columns: Int, _ depth: Int) -> Int { scratchBytes(ByteQuads.self, rows, depth) }
    private func quad_pack_b(
        _ b: UnsafePointer<UInt8>, _ isSigned: Bool, _ depthStride: Int, _ columnStride: Int, _ depth: Int, _ columns: Int,
        _ packed: UnsafeMutableRawPointer
    ) { packB(ByteQuads.self, b, isSigned, depthStride, columnStride, depth, columns, packed) }
    private func gemm_i8_quads(_ g: GemmInt8) { multiply(ByteQuads.self, g) }
#endif

/// - Parameter hasByteDot: whether the CPU has the byte dot products that this module knows beyond its own instruction set.
func makeIntegerKernels(hasByteDot: Bool) -> IntegerKernels {
    #if ISA_AVX512
        if hasByteDot {
            return IntegerKernels(
                dotProduct: "vpdpbusd", packedBytes: quad_packed_bytes, packB: quad_pack_b, scratchBytes: quad_scratch_bytes,
                multiply: gemm_i8_quads, dequantizeSums: dequantize_sums, quantize: quantize_row, dequantize: dequantize_row)
        }
    #endif
    return IntegerKernels(
        dotProduct: "pmaddwd", packedBytes: word_packed_bytes, packB: word_pack_b, scratchBytes: word_scratch_bytes,
        multiply: gemm_i8_words, dequantizeSums: dequantize_sums, quantize: quantize_row, dequantize: dequantize_row)
}
