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

/// One float of a planar image, or a vector of a blocked one.
private protocol PoolElement {
    static var floats: Int { get }
    static func read(_ at: UnsafePointer<Float>) -> Self
    static func write(_ x: Self, _ at: UnsafeMutablePointer<Float>)
    static func larger(_ a: Self, _ b: Self) -> Self
    static func sum(_ a: Self, _ b: Self) -> Self
    static func quotient(_ a: Self, _ count: Float) -> Self
    static func start(_ x: Float) -> Self
}

private struct PlanarElement: PoolElement {
    var x: Float
    @inline(__always) static var floats: Int { 1 }
    @inline(__always) static func read(_ at: UnsafePointer<Float>) -> Self { Self(x: at.pointee) }
    @inline(__always) static func write(_ e: Self, _ at: UnsafeMutablePointer<Float>) { at.pointee = e.x }
    @inline(__always) static func larger(_ a: Self, _ b: Self) -> Self {
        // Two selections, no jump: the greater one, which is `a` beside a NaN; then `b` if it is the NaN.
        let greater = b.x > a.x ? b.x : a.x
        return Self(x: b.x != b.x ? b.x : greater)
    }
    @inline(__always) static func sum(_ a: Self, _ b: Self) -> Self { Self(x: a.x + b.x) }
    @inline(__always) static func quotient(_ a: Self, _ count: Float) -> Self { Self(x: a.x / count) }
    @inline(__always) static func start(_ x: Float) -> Self { Self(x: x) }
}

private struct BlockedElement: PoolElement {
    var x: V
    @inline(__always) static var floats: Int { lanes }
    @inline(__always) static func read(_ at: UnsafePointer<Float>) -> Self { Self(x: load(at)) }
    @inline(__always) static func write(_ e: Self, _ at: UnsafeMutablePointer<Float>) { store(e.x, at) }
    @inline(__always) static func larger(_ a: Self, _ b: Self) -> Self { Self(x: Larger()(a.x, b.x)) }
    @inline(__always) static func sum(_ a: Self, _ b: Self) -> Self { Self(x: a.x + b.x) }
    @inline(__always) static func quotient(_ a: Self, _ count: Float) -> Self { Self(x: a.x / splat(count)) }
    @inline(__always) static func start(_ x: Float) -> Self { Self(x: splat(x)) }
}

@inline(__always)
private func combine<E: PoolElement>(_ a: E, _ b: E, _ isMean: Bool) -> E { isMean ? E.sum(a, b) : E.larger(a, b) }

@inline(__always)
private func finish<E: PoolElement>(_ x: E, _ isMean: Bool, _ count: Int) -> E { isMean ? E.quotient(x, Float(count)) : x }

/// One image.
///
/// - Parameter isMean: a constant.
@inline(__always)
private func pool<E: PoolElement>(_: E.Type, _ s: Pooling, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ isMean: Bool) {
    let first = E.start(isMean ? 0 : -.infinity)
    let step = s.strideWidth &* E.floats
    // Windows from `inner` to `endInner` lie within the image's width.
    let inner = (s.padLeft &+ s.strideWidth &- 1) / s.strideWidth
    let reach = s.inputWidth &+ s.padLeft &- (s.kernelWidth &- 1) &* s.dilationWidth &- 1
    let endInner = reach < 0 ? 0 : reach / s.strideWidth &+ 1
    var oh = 0
    while oh < s.outputHeight {
        let h = validTaps(oh, s.strideHeight, s.padTop, s.dilationHeight, s.kernelHeight, s.inputHeight)
        let countH = counted(
            oh, s.strideHeight, s.padTop, s.padBottom, s.dilationHeight, s.kernelHeight, s.inputHeight, s.countsPadding)
        let to = y + oh &* s.outputWidth &* E.floats
        var ow = 0
        while ow < s.outputWidth {
            let w = validTaps(ow, s.strideWidth, s.padLeft, s.dilationWidth, s.kernelWidth, s.inputWidth)
            if ow >= inner, ow &+ 4 <= endInner, ow &+ 4 <= s.outputWidth {
                // Four windows at once, so that their chains overlap.
                var a = first
                var b = first
                var c = first
                var d = first
                var kh = h.first
                while kh < h.end {
                    var at = x + ((h.start &+ kh &* s.dilationHeight) &* s.inputWidth &+ w.start) &* E.floats
                    var left = s.kernelWidth
                    while left > 0 {
                        a = combine(a, E.read(at), isMean)
                        b = combine(b, E.read(at + step), isMean)
                        c = combine(c, E.read(at + 2 &* step), isMean)
                        d = combine(d, E.read(at + 3 &* step), isMean)
                        at += s.dilationWidth &* E.floats
                        left &-= 1
                    }
                    kh &+= 1
                }
                let count = countH &* s.kernelWidth
                E.write(finish(a, isMean, count), to + ow &* E.floats)
                E.write(finish(b, isMean, count), to + (ow &+ 1) &* E.floats)
                E.write(finish(c, isMean, count), to + (ow &+ 2) &* E.floats)
                E.write(finish(d, isMean, count), to + (ow &+ 3) &* E.floats)
                ow &+= 4
                continue
            }
            var value = first
            var kh = h.first
            while kh < h.end {
                let row = x + (h.start &+ kh &* s.dilationHeight) &* s.inputWidth &* E.floats
                var kw = w.first
                while kw < w.end {
                    value = combine(value, E.read(row + (w.start &+ kw &* s.dilationWidth) &* E.floats), isMean)
                    kw &+= 1
                }
                kh &+= 1
            }
            let countW = counted(
                ow, s.strideWidth, s.padLeft, s.padRight, s.dilationWidth, s.kernelWidth, s.inputWidth, s.countsPadding)
            E.write(finish(value, isMean, countH &* countW), to + ow &* E.floats)
            ow &+= 1
        }
        oh &+= 1
    }
}

@inline(__always)
private func poolImages<E: PoolElement>(
    _ e: E.Type, _ s: Pooling, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ images: Int, _ isMean: Bool
) {
    var i = 0
    while i < images {
        pool(e, s, x + i &* s.inputHeight &* s.inputWidth &* E.floats, y + i &* s.outputHeight &* s.outputWidth &* E.floats, isMean)
        i &+= 1
    }
}

func max_pool_f32(_ s: Pooling, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ images: Int) {
    poolImages(PlanarElement.self, s, x, y, images, false)
}

func average_pool_f32(_ s: Pooling, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ images: Int) {
    poolImages(PlanarElement.self, s, x, y, images, true)
}

func max_pool_blocked_f32(_ s: Pooling, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ images: Int) {
    poolImages(BlockedElement.self, s, x, y, images, false)
}

func average_pool_blocked_f32(_ s: Pooling, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ images: Int) {
    poolImages(BlockedElement.self, s, x, y, images, true)
}

func makePoolingKernels() -> PoolingKernels {
    PoolingKernels(
        maximum: max_pool_f32, average: average_pool_f32, blockedMaximum: max_pool_blocked_f32, blockedAverage: average_pool_blocked_f32)
}
