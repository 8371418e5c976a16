internal import CKernels

/// Floats of a packed B: columns rounded up to whole vectors.
func gemm_f32_packed_floats(_ depth: Int, _ columns: Int) -> Int {
    let rounded = (columns &+ lanes &- 1) / lanes &* lanes
    return depth &* rounded
}

/// Panels of two vectors of columns, each depth × width; the last is one vector wide if that suffices. Missing columns are zero.
func gemm_f32_pack_b(
    _ b: UnsafePointer<Float>, _ depthStride: Int, _ columnStride: Int, _ depth: Int, _ columns: Int, _ packed: UnsafeMutablePointer<Float>
) {
    let panel = 2 &* lanes
    var column = 0
    var to = packed
    while column < columns {
        let left = columns &- column
        let valid = left < panel ? left : panel
        let width = valid > lanes ? panel : lanes
        let from = b + column &* columnStride
        if columnStride == 1 {
            var k = 0
            while k < depth {
                let source = from + k &* depthStride
                let target = to + k &* width
                if valid == panel {
                    store(load(source), target)
                    store(load(source + lanes), target + lanes)
                } else if valid > lanes {
                    store(load(source), target)
                    store(load(source + lanes, partial: valid &- lanes), target + lanes)
                } else {
                    store(load(source, partial: valid), target)
                }
                k &+= 1
            }
        } else {
            packColumns(from, depthStride, columnStride, depth, valid, width, to)
        }
        to += depth &* width
        column &+= valid
    }
}

/// The columns of one panel that do not lie side by side.
private func packColumns(
    _ b: UnsafePointer<Float>, _ depthStride: Int, _ columnStride: Int, _ depth: Int, _ valid: Int, _ width: Int,
    _ to: UnsafeMutablePointer<Float>
) {
    var c = 0
    // Columns that are rows in memory, as those of a transposed matrix, go through registers.
    while depthStride == 1, c &+ lanes <= valid {
        let source = b + c &* columnStride
        var k = 0
        while k &+ lanes <= depth {
            ck_transpose(source + k, columnStride, lanes, to + k &* width + c, width)
            k &+= lanes
        }
        while k < depth {
            var i = 0
            while i < lanes {
                to[k &* width &+ c &+ i] = source[i &* columnStride &+ k]
                i &+= 1
            }
            k &+= 1
        }
        c &+= lanes
    }
    while c < valid {
        let source = b + c &* columnStride
        var k = 0
        while k < depth {
            to[k &* width &+ c] = source[k &* depthStride]
            k &+= 1
        }
        c &+= 1
    }
    while c < width {
        var k = 0
        while k < depth {
            to[k &* width &+ c] = 0
            k &+= 1
        }
        c &+= 1
    }
}

/// One tile of A with its rows side by side: to[k·rows + r] = A[r, k], for at most `lanes` rows. Up to `lanes` floats behind
/// the tile may be overwritten.
func packRows(
    _ a: UnsafePointer<Float>, _ rowStride: Int, _ depthStride: Int, _ rows: Int, _ depth: Int, _ to: UnsafeMutablePointer<Float>
) {
    var k = 0
    while depthStride == 1, k &+ lanes <= depth {
        ck_transpose(a + k, rowStride, rows, to + k &* rows, rows)
        k &+= lanes
    }
    while k < depth {
        let source = a + k &* depthStride
        let target = to + k &* rows
        var r = 0
        while r < rows {
            target[r] = source[r &* rowStride]
            r &+= 1
        }
        k &+= 1
    }
}
