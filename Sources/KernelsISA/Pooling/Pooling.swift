internal import CKernels
internal import KernelTable

/// Taps of a window along one axis that lie within the image: k in first ..< end reads position·stride − pad + k·dilation.
@inline(__always)
func validTaps(_ position: Int, _ stride: Int, _ pad: Int, _ dilation: Int, _ kernel: Int, _ size: Int) -> (start: Int, first: Int, end: Int) {
    let start = position &* stride &- pad
    let first = start < 0 ? (dilation &- 1 &- start) / dilation : 0
    let last = size &- start
    let end = last <= 0 ? 0 : (last &+ dilation &- 1) / dilation
    return (start, first, end < kernel ? end : kernel)
}

/// Elements that an average divides by, along one axis: those of the image, or of the padded image.
@inline(__always)
private func counted(
    _ position: Int, _ stride: Int, _ padBefore: Int, _ padAfter: Int, _ dilation: Int, _ kernel: Int, _ size: Int, _ countsPadding: Bool
) -> Int {
    let taps =
        countsPadding
        ? validTaps(position, stride, 0, dilation, kernel, size &+ padBefore &+ padAfter)
        : validTaps(position, stride, padBefore, dilation, kernel, size)
    return taps.end &- taps.first
}

/// One image whose pixels are `width` floats: `lanes` of them, or one.
@inline(__always)
private func pool<C: VectorPair>(
    _ s: Pooling, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ pixel: Int, _ start: Float, _ combine: C, _ isMean: Bool
) {
    var oh = 0
    while oh < s.outputHeight {
        let h = validTaps(oh, s.strideHeight, s.padTop, s.dilationHeight, s.kernelHeight, s.inputHeight)
        let countH = counted(
            oh, s.strideHeight, s.padTop, s.padBottom, s.dilationHeight, s.kernelHeight, s.inputHeight, s.countsPadding)
        var ow = 0
        while ow < s.outputWidth {
            let w = validTaps(ow, s.strideWidth, s.padLeft, s.dilationWidth, s.kernelWidth, s.inputWidth)
            var value = splat(start)
            var kh = h.first
            while kh < h.end {
                let row = x + (h.start &+ kh &* s.dilationHeight) &* s.inputWidth &* pixel
                var kw = w.first
                while kw < w.end {
                    let at = row + (w.start &+ kw &* s.dilationWidth) &* pixel
                    value = combine(value, pixel == lanes ? load(at) : splat(at.pointee))
                    kw &+= 1
                }
                kh &+= 1
            }
            let countW = counted(
                ow, s.strideWidth, s.padLeft, s.padRight, s.dilationWidth, s.kernelWidth, s.inputWidth, s.countsPadding)
            if isMean { value = value / splat(Float(countH &* countW)) }
            let to = y + (oh &* s.outputWidth &+ ow) &* pixel
            if pixel == lanes { store(value, to) } else { to.pointee = value[0] }
            ow &+= 1
        }
        oh &+= 1
    }
}

@inline(__always)
private func forEachImage(
    _ s: Pooling, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ images: Int, _ pixel: Int,
    _ body: (UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
) {
    var i = 0
    while i < images {
        body(x + i &* s.inputHeight &* s.inputWidth &* pixel, y + i &* s.outputHeight &* s.outputWidth &* pixel)
        i &+= 1
    }
}

func max_pool_f32(_ s: Pooling, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ images: Int) {
    forEachImage(s, x, y, images, 1) { pool(s, $0, $1, 1, -.infinity, Larger(), false) }
}

func average_pool_f32(_ s: Pooling, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ images: Int) {
    forEachImage(s, x, y, images, 1) { pool(s, $0, $1, 1, 0, Sum(), true) }
}

func max_pool_blocked_f32(_ s: Pooling, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ images: Int) {
    forEachImage(s, x, y, images, lanes) { pool(s, $0, $1, lanes, -.infinity, Larger(), false) }
}

func average_pool_blocked_f32(_ s: Pooling, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ images: Int) {
    forEachImage(s, x, y, images, lanes) { pool(s, $0, $1, lanes, 0, Sum(), true) }
}

func makePoolingKernels() -> PoolingKernels {
    PoolingKernels(
        maximum: max_pool_f32, average: average_pool_f32, blockedMaximum: max_pool_blocked_f32, blockedAverage: average_pool_blocked_f32)
}
