internal import CKernels
internal import KernelTable

/// Finished sums of one channel block.
private struct DepthwiseSink {
    let output: UnsafeMutablePointer<Float>
    let residual: UnsafePointer<Float>?
    let bias: V
    let low: V
    let high: V

    @inline(__always)
    func put(_ sum: V, pixel: Int) {
        var x = sum + bias
        if let residual { x = x + load(residual + pixel &* lanes) }
        store(ck_min(ck_max(x, low), high), output + pixel &* lanes)
    }
}

/// Pixels computed together, so that each weight is loaded once for all of them.
@inline(__always) private var group: Int { 8 }

func depthwise_f32(_ c: DepthwiseConvolution, _ blocks: Range<Int>, _ rows: Range<Int>) {
    let plane = c.outputHeight &* c.outputWidth &* lanes
    let limits = activationLimits(c.activation)
    let taps = c.kernelHeight &* c.kernelWidth
    // Outputs between these read no padding on either side.
    let firstInner = (c.padLeft &+ c.strideWidth &- 1) / c.strideWidth
    let reach = c.inputWidth &+ c.padLeft &- (c.kernelWidth &- 1) &* c.dilationWidth &- 1
    let fits = reach < 0 ? 0 : reach / c.strideWidth &+ 1
    let endInner = fits < c.outputWidth ? fits : c.outputWidth
    var block = blocks.lowerBound
    while block < blocks.upperBound {
        let input = c.input + block &* c.inputHeight &* c.inputWidth &* lanes
        let weights = c.weights + block &* taps &* lanes
        let left = c.channels &- block &* lanes
        let sink = DepthwiseSink(
            output: c.output + block &* plane, residual: c.residual.map { $0 + block &* plane },
            bias: c.bias.map { left >= lanes ? load($0 + block &* lanes) : load($0 + block &* lanes, partial: left) } ?? splat(0),
            low: splat(limits.low), high: splat(limits.high))
        var oh = rows.lowerBound
        while oh < rows.upperBound {
            let h = validTaps(oh, c.strideHeight, c.padTop, c.dilationHeight, c.kernelHeight, c.inputHeight)
            let rowPixel = oh &* c.outputWidth
            var ow = 0
            while ow < c.outputWidth {
                if ow >= firstInner, ow &+ group <= endInner {
                    depthwiseGroup(c, input, weights, h.start, h.first, h.end, ow, sink, rowPixel)
                    ow &+= group
                    continue
                }
                let w = validTaps(ow, c.strideWidth, c.padLeft, c.dilationWidth, c.kernelWidth, c.inputWidth)
                var sum = splat(0)
                var kh = h.first
                while kh < h.end {
                    let row = input + (h.start &+ kh &* c.dilationHeight) &* c.inputWidth &* lanes
                    var kw = w.first
                    while kw < w.end {
                        sum = fma(
                            load(row + (w.start &+ kw &* c.dilationWidth) &* lanes),
                            load(weights + (kh &* c.kernelWidth &+ kw) &* lanes), sum)
                        kw &+= 1
                    }
                    kh &+= 1
                }
                sink.put(sum, pixel: rowPixel &+ ow)
                ow &+= 1
            }
            if isLate(c.activation) {
                let at = sink.output + rowPixel &* lanes
                activate_f32(c.activation, at, at, c.outputWidth &* lanes)
            }
            oh &+= 1
        }
        block &+= 1
    }
}

@inline(__always)
private func depthwiseGroup(
    _ c: DepthwiseConvolution, _ input: UnsafePointer<Float>, _ weights: UnsafePointer<Float>, _ startRow: Int, _ firstTap: Int,
    _ endTap: Int, _ ow: Int, _ sink: DepthwiseSink, _ rowPixel: Int
) {
    var s0 = splat(0)
    var s1 = splat(0)
    var s2 = splat(0)
    var s3 = splat(0)
    var s4 = splat(0)
    var s5 = splat(0)
    var s6 = splat(0)
    var s7 = splat(0)
    let step = c.strideWidth &* lanes
    var kh = firstTap
    while kh < endTap {
        var at = input + ((startRow &+ kh &* c.dilationHeight) &* c.inputWidth &+ ow &* c.strideWidth &- c.padLeft) &* lanes
        var w = weights + kh &* c.kernelWidth &* lanes
        var left = c.kernelWidth
        while left > 0 {
            let weight = load(w)
            s0 = fma(load(at), weight, s0)
            s1 = fma(load(at + step), weight, s1)
            s2 = fma(load(at + 2 &* step), weight, s2)
            s3 = fma(load(at + 3 &* step), weight, s3)
            s4 = fma(load(at + 4 &* step), weight, s4)
            s5 = fma(load(at + 5 &* step), weight, s5)
            s6 = fma(load(at + 6 &* step), weight, s6)
            s7 = fma(load(at + 7 &* step), weight, s7)
            at += c.dilationWidth &* lanes
            w += lanes
            left &-= 1
        }
        kh &+= 1
    }
    let pixel = rowPixel &+ ow
    sink.put(s0, pixel: pixel)
    sink.put(s1, pixel: pixel &+ 1)
    sink.put(s2, pixel: pixel &+ 2)
    sink.put(s3, pixel: pixel &+ 3)
    sink.put(s4, pixel: pixel &+ 4)
    sink.put(s5, pixel: pixel &+ 5)
    sink.put(s6, pixel: pixel &+ 6)
    sink.put(s7, pixel: pixel &+ 7)
}
