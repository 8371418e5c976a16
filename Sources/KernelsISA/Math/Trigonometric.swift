internal import CKernels
#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Beyond this size an argument is reduced by the C library, one lane at a time.
@inline(__always) private var reductionLimit: Float { 0x1p22 }

/// sin(r + n·π/2) for r within [−π/4, π/4].
@inline(__always)
private func sine(_ r: V, _ n: VI) -> V {
    let s = r * r
    var p = fma(splat(2.8308018e-06), s, -0.00019852983)
    p = fma(p, s, 0.0083333794)
    p = fma(p, s, -0.166666672)
    let sin = fma(r * s, p, r)
    var q = fma(splat(2.44300882e-05), s, -0.00138872978)
    q = fma(q, s, 0.0416666456)
    let cos = fma(q, s * s, fma(splat(-0.5), s, 1))
    let odd = (n & isplat(1)) .== isplat(1)
    let value = sin.replacing(with: cos, where: odd)
    return ck_from_bits(ck_bits(value) ^ ((n & isplat(2)) &<< isplat(30)))
}

@inline(__always)
func vsin(_ x: V) -> V {
    let inside = ck_less(ck_abs(x), splat(reductionLimit))
    let a = ck_select(inside, x, splat(0))
    let n = ck_quarter_turns(a)
    var y = sine(ck_without_quarter_turns(a, n), n)
    // −0 stays −0.
    y = ck_select(ck_equal(x, splat(0)), x, y)
    if ck_any(~inside) != 0 {
        var lane = 0
        while lane < lanes {
            if !(x[lane].magnitude < reductionLimit) { y[lane] = sinf(x[lane]) }
            lane &+= 1
        }
    }
    return y
}

@inline(__always)
func vcos(_ x: V) -> V {
    let inside = ck_less(ck_abs(x), splat(reductionLimit))
    let a = ck_select(inside, x, splat(0))
    let n = ck_quarter_turns(a)
    var y = sine(ck_without_quarter_turns(a, n), n &+ isplat(1))
    if ck_any(~inside) != 0 {
        var lane = 0
        while lane < lanes {
            if !(x[lane].magnitude < reductionLimit) { y[lane] = cosf(x[lane]) }
            lane &+= 1
        }
    }
    return y
}
