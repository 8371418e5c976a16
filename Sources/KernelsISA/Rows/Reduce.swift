internal import CKernels

/// Combines a row into one vector of partial results and the number of lanes is the only thing its order depends on:
/// vector j goes to accumulator j mod 4, the tail to the first, and the four are combined pairwise.
@inline(__always)
func reduceVectors(_ count: Int, _ start: V, _ combine: (V, V) -> V, _ at: (_ index: Int) -> V, _ partial: (_ index: Int, _ left: Int) -> V) -> V {
    var a = start
    var b = start
    var c = start
    var d = start
    var i = 0
    let block = 4 &* lanes
    while i &+ block <= count {
        a = combine(a, at(i))
        b = combine(b, at(i &+ lanes))
        c = combine(c, at(i &+ 2 &* lanes))
        d = combine(d, at(i &+ 3 &* lanes))
        i &+= block
    }
    if i &+ lanes <= count {
        a = combine(a, at(i))
        i &+= lanes
    }
    if i &+ lanes <= count {
        b = combine(b, at(i))
        i &+= lanes
    }
    if i &+ lanes <= count {
        c = combine(c, at(i))
        i &+= lanes
    }
    if i < count { d = combine(d, partial(i, count &- i)) }
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

@inline(__always)
func rowSum(_ count: Int, _ at: (Int) -> V, _ partial: (Int, Int) -> V) -> Float {
    ck_reduce_add(reduceVectors(count, splat(0), { $0 + $1 }, at, partial))
}

/// NaN if one is in the row.
@inline(__always)
func rowMaximum(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
    let low = -Float.infinity
    let best = reduceVectors(
        count, splat(low), { ck_select(ck_is_nan($1), $1, ck_max($0, $1)) }, { load(x + $0) },
        { keep($1, load(x + $0, partial: $1), low) })
    return ck_any(ck_is_nan(best)) != 0 ? .nan : ck_reduce_max(best)
}

/// NaN if one is in the row.
@inline(__always)
func rowMinimum(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
    let high = Float.infinity
    let best = reduceVectors(
        count, splat(high), { ck_select(ck_is_nan($1), $1, ck_min($0, $1)) }, { load(x + $0) },
        { keep($1, load(x + $0, partial: $1), high) })
    return ck_any(ck_is_nan(best)) != 0 ? .nan : ck_reduce_min(best)
}

func sum_rows_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) {
    var r = 0
    while r < rows {
        let row = x + r &* columns
        y[r] = rowSum(columns, { load(row + $0) }, { load(row + $0, partial: $1) })
        r &+= 1
    }
}

func sum_squares_rows_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) {
    var r = 0
    while r < rows {
        let row = x + r &* columns
        y[r] = rowSum(
            columns,
            {
                let v = load(row + $0)
                return v * v
            },
            {
                let v = load(row + $0, partial: $1)
                return v * v
            })
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
