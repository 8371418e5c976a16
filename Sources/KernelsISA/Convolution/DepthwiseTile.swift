internal import CKernels
internal import KernelTable

/// Finished sums of one channel block.
struct DepthwiseSink {
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

/// Neighbouring pixels of one channel block, in registers; compare ``Tile``.
protocol PixelTile {
    static var pixels: Int { get }
    init()
    /// Adds the vectors at `at`, `stride` floats apart, times the weight.
    mutating func step(_ at: UnsafePointer<Float>, _ stride: Int, _ weight: V)
    func store(to sink: DepthwiseSink, pixel: Int)
}

struct OnePixel: PixelTile {
    var sum = V(repeating: 0)
    @inline(__always) static var pixels: Int { 1 }
    @inline(__always) init() {}
    @inline(__always) mutating func step(_ at: UnsafePointer<Float>, _ stride: Int, _ weight: V) { sum = fma(load(at), weight, sum) }
    @inline(__always) func store(to sink: DepthwiseSink, pixel: Int) { sink.put(sum, pixel: pixel) }
}

struct Pixels<A: PixelTile, B: PixelTile>: PixelTile {
    var a = A()
    var b = B()
    @inline(__always) static var pixels: Int { A.pixels &+ B.pixels }
    @inline(__always) init() {}
    @inline(__always) mutating func step(_ at: UnsafePointer<Float>, _ stride: Int, _ weight: V) {
        a.step(at, stride, weight)
        b.step(at + A.pixels &* stride, stride, weight)
    }
    @inline(__always) func store(to sink: DepthwiseSink, pixel: Int) {
        a.store(to: sink, pixel: pixel)
        b.store(to: sink, pixel: pixel &+ A.pixels)
    }
}

typealias TwoPixels = Pixels<OnePixel, OnePixel>
typealias FourPixels = Pixels<TwoPixels, TwoPixels>
typealias EightPixels = Pixels<FourPixels, FourPixels>

/// The part of a filter that lies over the image: its rows, and where they start.
struct FilterRows {
    var input: UnsafePointer<Float>
    var rowStride: Int
    var columnStride: Int
    var weights: UnsafePointer<Float>
    /// Floats from one row of weights to the next.
    var weightStride: Int
    var rows: Int
    var columns: Int
}

/// Pixels `stride` floats apart in the input.
@inline(__always)
func filterTile<T: PixelTile>(_: T.Type, _ f: FilterRows, _ at: UnsafePointer<Float>, _ stride: Int, _ sink: DepthwiseSink, _ pixel: Int) {
    var tile = T()
    var row = at
    var weights = f.weights
    var rows = f.rows
    while rows > 0 {
        var a = row
        var w = weights
        var left = f.columns
        while left > 0 {
            tile.step(a, stride, load(w))
            a += f.columnStride
            w += lanes
            left &-= 1
        }
        row += f.rowStride
        weights += f.weightStride
        rows &-= 1
    }
    tile.store(to: sink, pixel: pixel)
}

/// The same for three columns side by side and pixels side by side: with everything spelt out, each vector of a row is loaded once.
@inline(__always)
func filterTile3<T: PixelTile>(_: T.Type, _ f: FilterRows, _ at: UnsafePointer<Float>, _ sink: DepthwiseSink, _ pixel: Int) {
    var tile = T()
    var row = at
    var weights = f.weights
    var rows = f.rows
    while rows > 0 {
        tile.step(row, lanes, load(weights))
        tile.step(row + lanes, lanes, load(weights + lanes))
        tile.step(row + 2 &* lanes, lanes, load(weights + 2 &* lanes))
        row += f.rowStride
        weights += f.weightStride
        rows &-= 1
    }
    tile.store(to: sink, pixel: pixel)
}

/// The same for five columns.
@inline(__always)
func filterTile5<T: PixelTile>(_: T.Type, _ f: FilterRows, _ at: UnsafePointer<Float>, _ sink: DepthwiseSink, _ pixel: Int) {
    var tile = T()
    var row = at
    var weights = f.weights
    var rows = f.rows
    while rows > 0 {
        tile.step(row, lanes, load(weights))
        tile.step(row + lanes, lanes, load(weights + lanes))
        tile.step(row + 2 &* lanes, lanes, load(weights + 2 &* lanes))
        tile.step(row + 3 &* lanes, lanes, load(weights + 3 &* lanes))
        tile.step(row + 4 &* lanes, lanes, load(weights + 4 &* lanes))
        row += f.rowStride
        weights += f.weightStride
        rows &-= 1
    }
    tile.store(to: sink, pixel: pixel)
}
