internal import CKernels

@inline(__always)
func verf(_ x: V) -> V {
    let t = ck_abs(x)
    let s = x * x
    var p = fma(splat(7.99664922e-05), s, -0.000804976968)
    p = fma(p, s, 0.00519240508)
    p = fma(p, s, -0.0268557314)
    p = fma(p, s, 0.112836257)
    p = fma(p, s, -0.376126289)
    p = fma(p, s, 0.128379166)
    let near = fma(x, p, x)
    // 1 − exp(−q(t)); beyond 4 it is 1.
    let u = ck_min(t, splat(4))
    var q = fma(splat(2.08234142e-05), u, -0.000431344088)
    q = fma(q, u, 0.00415606378)
    q = fma(q, u, -0.0250802319)
    q = fma(q, u, 0.108219959)
    q = fma(q, u, 0.633401096)
    q = fma(q, u, 1.12948835)
    q = fma(q, u, -0.00016920513)
    let far = ck_copysign(splat(1) - vexpReduced(-q, nil), x)
    return ck_select(ck_less(t, splat(0.92)), near, far)
}

/// x·Φ(x), Φ the normal distribution.
///
/// With Q(t) = 1 − Φ(t) = exp(−t²/2)·R(t) both halves keep their relative accuracy: x·Q(−x) below zero, x − x·Q(x) above.
@inline(__always)
func vgelu(_ x: V) -> V {
    // Q vanishes before 14.8; a NaN stays.
    let clamped = ck_min(ck_max(x, splat(-14.8)), splat(14.8))
    let t = ck_abs(clamped)
    let v = splat(1) / (t + splat(2.5))
    let u = (t - splat(2.5)) * v
    var p = fma(splat(-0.0001575395), u, -0.000311340322)
    p = fma(p, u, 0.000684385479)
    p = fma(p, u, 0.00252369465)
    p = fma(p, u, -0.00160087831)
    p = fma(p, u, -0.0163861234)
    p = fma(p, u, 0.00923589058)
    p = fma(p, u, 0.131986976)
    p = fma(p, u, -0.433692008)
    p = fma(p, u, 0.706656635)
    // t² = h² + (t − h)(t + h), and h² is exact in 24 bits.
    let h = ck_from_bits(ck_bits(t) & isplat(Int32(bitPattern: 0xFFFF_F000)))
    let rest = (t - h) * (t + h)
    let q = v * p * vexpReduced(splat(-0.5) * (h * h), splat(-0.5) * rest)
    let product = clamped * q
    return ck_select(ck_less(splat(0), x), x - product, product)
}

/// x/2·(1 + tanh(u)) = x·sigmoid(2u)
@inline(__always)
func vgeluTanh(_ x: V) -> V {
    let clamped = ck_max(x, splat(-20))
    let square = clamped * clamped
    let inner = fma(square, splat(2 * 0.7978845608 * 0.044715), 2 * 0.7978845608)
    let y = clamped * vsigmoid(clamped * inner)
    return ck_select(ck_less(splat(20), x), x, y)
}
