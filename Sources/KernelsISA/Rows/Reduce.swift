internal import CKernels

/// Combines f of a row's elements into one vector of partial results. Their order depends on the length alone: vector j goes
/// to accumulator j mod 4, the tail to the last, and the four are combined pairwise.
///
/// - Parameter filler: what lanes beyond the row count as, behind `f`.
@inline(__always)
func reduceVectors<C: VectorPair, F: VectorMap>(
    _ x: UnsafePointer<Float>, _ count: Int, _ start: Float, _ filler: Float, _ combine: C, _ f: F
) -> V {
    var a = splat(start)
    var b = a
    var c = a
    var d = a
    var i = 0
    let block = 4 &* lanes
    while i &+ block <= count {
        a = combine(a, f(load(x + i)))
        b = combine(b, f(load(x + i + lanes)))
        c = combine(c, f(load(x + i + 2 &* lanes)))
        d = combine(d, f(load(x + i + 3 &* lanes)))
        i &+= block
    }
    if i &+ lanes <= count {
        a = combine(a, f(load(x + i)))
        i &+= lanes
    }
    if i &+ lanes <= count {
        b = combine(b, f(load(x + i)))
        i &+= lanes
    }
    if i &+ lanes <= count {
        c = combine(c, f(load(x + i)))
        i &+= lanes
    }
    if i < count { d = combine(d, keep(count &- i, f(load(x + i, partial: count &- i)), filler)) }
    return combine(combine(a, b), combine(c, d))
}

/// Lanes before `left` from `v`, the rest from `filler`.
@inline(__always)
func keep(_ left: Int, _ v: V, _ filler: Float) -> V {
    #if ISA_AVX512
    let index = VI(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    #elseif ISA_AVX2
    let index = VI(0, 1, 2, 3, 4, 5, 6, 7)
    #else
    let index = VI(0, 1, 2, 3)
    #endif
    return splat(filler).replacing(with: v, where: index .< isplat(Int32(truncatingIfNeeded: left)))
}

struct Squared: VectorMap {
    @inline(__always) func callAsFunction(_ x: V) -> V { x * x }
}

struct CentredSquare: VectorMap {
    let mean: V
    @inline(__always) func callAsFunction(_ x: V) -> V { (x - mean) * (x - mean) }
}

@inline(__always)
func rowSum<F: VectorMap>(_ x: UnsafePointer<Float>, _ count: Int, _ f: F) -> Float {
    ck_reduce_add(reduceVectors(x, count, 0, 0, Sum(), f))
}

/// NaN if one is in the row.
@inline(__always)
func rowMaximum(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
    let best = reduceVectors(x, count, -.infinity, -.infinity, Larger(), Same())
    return ck_any(ck_is_nan(best)) != 0 ? .nan : ck_reduce_max(best)
}

/// NaN if one is in the row.
@inline(__always)
func rowMinimum(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
    let best = reduceVectors(x, count, .infinity, .infinity, Smaller(), Same())
    return ck_any(ck_is_nan(best)) != 0 ? .nan : ck_reduce_min(best)
}

func sum_rows_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) {
    var r = 0
    while r < rows {
        y[r] = rowSum(x + r &* columns, columns, Same())
        r &+= 1
    }
}

func sum_squares_rows_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) {
    var r = 0
    while r < rows {
        y[r] = rowSum(x + r &* columns, columns, Squared())
        r &+= 1
    }
}

func max_rows_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) {
    var r = 0
    while r < rows {
        y[r] = rowMaximum(x + r &* columns, columns)
        r &+= 1
    }
}

func min_rows_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) {
    var r = 0
    while r < rows {
        y[r] = rowMinimum(x + r &* columns, columns)
        r &+= 1
    }
}

func sum_of_rows_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) {
    sweep(columns) { i in
        var sum = splat(0)
        var r = 0
        while r < rows {
            sum = sum + load(x + r &* columns + i)
            r &+= 1
        }
        store(sum, y + i)
    } tail: { i, left in
        var sum = splat(0)
        var r = 0
        while r < rows {
            sum = sum + load(x + r &* columns + i, partial: left)
            r &+= 1
        }
        store(sum, y + i, partial: left)
    }
}
