internal import CKernels

@inline(__always)
func vtanh(_ x: V) -> V {
    let t = ck_abs(x)
    let s = x * x
    var p = fma(splat(0.00211809273), s, -0.00815545395)
    p = fma(p, s, 0.0216946565)
    p = fma(p, s, -0.053946387)
    p = fma(p, s, 0.133332118)
    p = fma(p, s, -0.333333313)
    let near = fma(x * s, p, x)
    let e = vexpReduced(ck_min(t + t, splat(20)), nil)
    let far = splat(1) - splat(2) / (e + splat(1))
    return ck_copysign(ck_select(ck_less(t, splat(0.625)), near, far), x)
}

@inline(__always)
func vsigmoid(_ x: V) -> V {
    let e = vexp(-ck_abs(x))
    let d = splat(1) / (splat(1) + e)
    return ck_select(ck_less(x, splat(0)), e * d, d)
}

@inline(__always)
func vsoftplus(_ x: V) -> V {
    ck_max(x, splat(0)) + vlog1pUnit(vexp(-ck_abs(x)))
}

/// x·tanh(log(1 + exp(x))), by w = e·(e + 2): tanh = w / (w + 2).
@inline(__always)
func vmish(_ x: V) -> V {
    let e = vexp(ck_min(x, splat(20)))
    let w = e * (e + splat(2))
    let y = x * (w / (w + splat(2)))
    // exp vanishes before x does.
    return ck_select(ck_equal(x, splat(-.infinity)), splat(-0.0), y)
}

@inline(__always)
func vsilu(_ x: V, _ alpha: Float) -> V {
    let y = x * vsigmoid(x * splat(alpha))
    return ck_select(ck_equal(x, splat(-.infinity)), splat(alpha > 0 ? -0.0 : -.infinity), y)
}
