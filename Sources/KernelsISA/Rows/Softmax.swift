internal import CKernels

/// log x of a sum.
@inline(never)
private func logScalar(_ x: Float) -> Float { vlog(splat(x))[0] }

/// Σ exp(x − maximum), storing the addends in `to` unless it is nil. One accumulator is enough: the exponential takes longer.
@inline(__always)
private func exponentialSum(_ x: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>?, _ count: Int, _ maximum: V) -> Float {
    var sum = splat(0)
    var i = 0
    let last = count &- lanes
    while i <= last {
        let e = vexp(load(x + i) - maximum)
        if let to { store(e, to + i) }
        sum = sum + e
        i &+= lanes
    }
    if i < count {
        let left = count &- i
        let e = vexp(load(x + i, partial: left) - maximum)
        if let to { store(e, to + i, partial: left) }
        sum = sum + keep(left, e, 0)
    }
    return ck_reduce_add(sum)
}

private struct Scaled: VectorMap {
    let scale: V
    @inline(__always) func callAsFunction(_ x: V) -> V { x * scale }
}

private struct TwiceReduced: VectorMap {
    let first: V
    let second: V
    @inline(__always) func callAsFunction(_ x: V) -> V { (x - first) - second }
}

func softmax_rows_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) {
    var r = 0
    while r < rows {
        let from = x + r &* columns
        let to = y + r &* columns
        let sum = exponentialSum(from, to, columns, splat(rowMaximum(from, columns)))
        map(to, to, columns, Scaled(scale: splat(1 / sum)))
        r &+= 1
    }
}

func log_softmax_rows_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) {
    var r = 0
    while r < rows {
        let from = x + r &* columns
        let maximum = splat(rowMaximum(from, columns))
        let sum = exponentialSum(from, nil, columns, maximum)
        map(from, y + r &* columns, columns, TwiceReduced(first: maximum, second: splat(logScalar(sum))))
        r &+= 1
    }
}
