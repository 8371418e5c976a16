internal import CKernels
internal import KernelTable

/// The sums that one direct convolution makes, as three nested walks over its input: from block to block (or plane to plane),
/// from kernel row to kernel row, from column to column, and within it a run of adjacent floats.
struct Walk {
    var outer: Int
    /// Blocks that are full; one that is not is walked by the tail's numbers below.
    var fullOuter: Int
    var outerStride: Int
    var rows: Int
    var rowStride: Int
    /// Columns that a dilation keeps apart; without one the columns of a row are a single run.
    var columns: Int
    var columnStride: Int
    var run: Int
    /// Distance of neighbouring outputs in the input.
    var pixelStride: Int
    /// A last block that is not full is walked column by column, over the channels that exist.
    var tailColumns: Int
    var tailColumnStride: Int
    var tailRun: Int
}

/// Where a tile of a convolution goes: pixels of one or two channel blocks.
struct ConvolutionSink: TileSink {
    private let output: UnsafeMutablePointer<Float>
    private let residual: UnsafePointer<Float>?
    /// Distance between channel blocks.
    private let plane: Int
    private let bias0: V
    private let bias1: V
    private let low: V
    private let high: V

    @inline(__always)
    init(_ call: UnsafePointer<DirectConvolution>, channel: Int, pixel: Int) {
        let c = call.pointee
        plane = c.outputHeight &* c.outputWidth &* lanes
        let offset = channel / lanes &* plane &+ pixel &* lanes
        output = c.output + offset
        residual = c.residual.map { $0 + offset }
        if let bias = c.bias {
            let left = c.outputChannels &- channel
            bias0 = left >= lanes ? load(bias + channel) : load(bias + channel, partial: left)
            bias1 =
                left >= 2 &* lanes
                ? load(bias + channel + lanes) : left > lanes ? load(bias + channel + lanes, partial: left &- lanes) : splat(0)
        } else {
            bias0 = splat(0)
            bias1 = splat(0)
        }
        let limits = activationLimits(c.activation)
        low = splat(limits.low)
        high = splat(limits.high)
    }

    @inline(__always)
    func put(_ sum: V, row: Int, vector: Int) {
        let offset = vector &* plane &+ row &* lanes
        var x = sum + (vector == 0 ? bias0 : bias1)
        if let residual { x = x + load(residual + offset) }
        store(ck_min(ck_max(x, low), high), output + offset)
    }
}

@inline(__always)
private func convolveTile<T: Tile>(
    _: T.Type, _ walk: UnsafePointer<Walk>, _ input: UnsafePointer<Float>, _ weights: UnsafePointer<Float>,
    _ call: UnsafePointer<DirectConvolution>, _ channel: Int, _ pixel: Int
) {
    var tile = T()
    var w = weights
    var block = input
    let pixelStride = walk.pointee.pixelStride
    var columns = walk.pointee.columns
    var columnStride = walk.pointee.columnStride
    var run = walk.pointee.run
    var outer = 0
    while outer < walk.pointee.outer {
        if outer == walk.pointee.fullOuter {
            columns = walk.pointee.tailColumns
            columnStride = walk.pointee.tailColumnStride
            run = walk.pointee.tailRun
        }
        var row = block
        var rows = walk.pointee.rows
        while rows > 0 {
            var at = row
            var left = columns
            while left > 0 {
                var a = at
                var steps = run
                while steps > 0 {
                    let b0 = load(w)
                    let b1 = T.vectors == 2 ? load(w + lanes) : b0
                    tile.step(a, pixelStride, b0, b1)
                    a += 1
                    w += T.vectors &* lanes
                    steps &-= 1
                }
                at += columnStride
                left &-= 1
            }
            row += walk.pointee.rowStride
            rows &-= 1
        }
        block += walk.pointee.outerStride
        outer &+= 1
    }
    tile.store(to: ConvolutionSink(call, channel: channel, pixel: pixel), row: 0)
}

@inline(__always)
private func convolvePixels<R: Tile>(
    _: R.Type, _ pixels: Int, _ walk: UnsafePointer<Walk>, _ input: UnsafePointer<Float>, _ weights: UnsafePointer<Float>,
    _ call: UnsafePointer<DirectConvolution>, _ channel: Int, _ pixel: Int
) {
    switch pixels {
    case 1: convolveTile(R.self, walk, input, weights, call, channel, pixel)
    case 2: convolveTile(Two<R>.self, walk, input, weights, call, channel, pixel)
    case 3: convolveTile(Three<R>.self, walk, input, weights, call, channel, pixel)
    case 4: convolveTile(Four<R>.self, walk, input, weights, call, channel, pixel)
    #if ISA_AVX2 || ISA_AVX512
    case 5: convolveTile(Five<R>.self, walk, input, weights, call, channel, pixel)
    case 6: convolveTile(Six<R>.self, walk, input, weights, call, channel, pixel)
    #endif
    #if ISA_AVX512
    case 7: convolveTile(Seven<R>.self, walk, input, weights, call, channel, pixel)
    case 8: convolveTile(Eight<R>.self, walk, input, weights, call, channel, pixel)
    case 9: convolveTile(Nine<R>.self, walk, input, weights, call, channel, pixel)
    case 10: convolveTile(Ten<R>.self, walk, input, weights, call, channel, pixel)
    case 11: convolveTile(Eleven<R>.self, walk, input, weights, call, channel, pixel)
    case 12: convolveTile(Twelve<R>.self, walk, input, weights, call, channel, pixel)
    case 13: convolveTile(Thirteen<R>.self, walk, input, weights, call, channel, pixel)
    case 14: convolveTile(Fourteen<R>.self, walk, input, weights, call, channel, pixel)
    #endif
    default: break
    }
}

/// Pixels of a full tile: 14×32 of 32 zmm, 6×16 of 16 ymm, 4×8 of 16 xmm.
@inline(__always) var tilePixels: Int {
    #if ISA_AVX512
    14
    #elseif ISA_AVX2
    6
    #else
    4
    #endif
}

@inline(never)
func conv_f32_tile(
    _ pixels: Int, _ walk: UnsafePointer<Walk>, _ input: UnsafePointer<Float>, _ weights: UnsafePointer<Float>,
    _ call: UnsafePointer<DirectConvolution>, _ channel: Int, _ pixel: Int
) {
    convolvePixels(Row2.self, pixels, walk, input, weights, call, channel, pixel)
}

/// The same for a last panel of at most one vector of channels.
@inline(never)
func conv_f32_tile_half(
    _ pixels: Int, _ walk: UnsafePointer<Walk>, _ input: UnsafePointer<Float>, _ weights: UnsafePointer<Float>,
    _ call: UnsafePointer<DirectConvolution>, _ channel: Int, _ pixel: Int
) {
    convolvePixels(Row1.self, pixels, walk, input, weights, call, channel, pixel)
}
