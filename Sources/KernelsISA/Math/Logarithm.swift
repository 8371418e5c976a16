internal import CKernels

/// (log(1 + f) − f + f²/2) / f³ for 1 + f within [√½, √2].
@inline(__always)
private func logTail(_ f: V) -> V {
    var p = fma(splat(0.0675095618), f, -0.116714492)
    p = fma(p, f, 0.11883568)
    p = fma(p, f, -0.124060318)
    p = fma(p, f, 0.142203271)
    p = fma(p, f, -0.166679963)
    p = fma(p, f, 0.20002073)
    p = fma(p, f, -0.250000089)
    return fma(p, f, 0.333333135)
}

/// log(1 + f) + e·log 2
@inline(__always)
private func logSum(_ f: V, _ e: V) -> V {
    let square = f * f
    var t = fma(f * square, logTail(f), e * splat(-2.12194440e-4))
    t = fma(splat(-0.5), square, t)
    return fma(e, splat(0.693359375), f + t)
}

@inline(__always)
func vlog(_ x: V) -> V {
    // Denormals are brought into the normal range first.
    let small = ck_less(x, splat(0x1p-126))
    let scaled = ck_select(small, x * splat(0x1p23), x)
    let bits = ck_bits(scaled)
    // The exponent for which the rest lies within [√½, √2).
    let exponent = (bits &- isplat(0x3F35_04F3)) &>> isplat(23)
    let f = ck_from_bits(bits &- (exponent &<< isplat(23))) - splat(1)
    let e = ck_i32_to_f32(exponent) - ck_select(small, splat(23), splat(0))
    var y = logSum(f, e)
    y = ck_select(ck_equal(x, splat(.infinity)), x, y)
    y = ck_select(ck_equal(x, splat(0)), splat(-.infinity), y)
    y = ck_select(ck_less(x, splat(0)), splat(.nan), y)
    return ck_select(ck_is_nan(x), x, y)
}

/// log(1 + u) for u within [0, 1].
@inline(__always)
func vlog1pUnit(_ u: V) -> V {
    let high = ck_less(splat(0.41421356), u)
    let f = ck_select(high, splat(0.5) * (u - splat(1)), u)
    return logSum(f, ck_select(high, splat(1), splat(0)))
}
