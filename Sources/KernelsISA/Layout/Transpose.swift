internal import CKernels
internal import KernelTable

func transpose_f32(
    _ x: UnsafePointer<Float>, _ xStride: Int, _ y: UnsafeMutablePointer<Float>, _ yStride: Int, _ rows: Int, _ columns: Int
) {
    var r = 0
    while r &+ lanes <= rows {
        var c = 0
        while c &+ lanes <= columns {
            ck_transpose(x + r &* xStride + c, xStride, lanes, y + c &* yStride + r, yStride)
            c &+= lanes
        }
        transposeScalar(x + r &* xStride + c, xStride, y + c &* yStride + r, yStride, lanes, columns &- c)
        r &+= lanes
    }
    transposeScalar(x + r &* xStride, xStride, y + r, yStride, rows &- r, columns)
}

private func transposeScalar(
    _ x: UnsafePointer<Float>, _ xStride: Int, _ y: UnsafeMutablePointer<Float>, _ yStride: Int, _ rows: Int, _ columns: Int
) {
    var c = 0
    while c < columns {
        var r = 0
        while r < rows {
            y[c &* yStride &+ r] = x[r &* xStride &+ c]
            r &+= 1
        }
        c &+= 1
    }
}

func to_blocked_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ channels: Int, _ pixels: Int) {
    var c = 0
    while c < channels {
        let left = channels &- c
        let valid = left < lanes ? left : lanes
        let to = y + c &* pixels
        if valid == lanes {
            transpose_f32(x + c &* pixels, pixels, to, lanes, lanes, pixels)
        } else {
            var p = 0
            while p < pixels {
                store(V(repeating: 0), to + p &* lanes)
                p &+= 1
            }
            transposeScalar(x + c &* pixels, pixels, to, lanes, valid, pixels)
        }
        c &+= lanes
    }
}

func from_blocked_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ channels: Int, _ pixels: Int) {
    var c = 0
    while c < channels {
        let left = channels &- c
        transpose_f32(x + c &* pixels, lanes, y + c &* pixels, pixels, pixels, left < lanes ? left : lanes)
        c &+= lanes
    }
}

func makeLayoutKernels() -> LayoutKernels {
    LayoutKernels(transpose: transpose_f32, toBlocked: to_blocked_f32, fromBlocked: from_blocked_f32)
}
