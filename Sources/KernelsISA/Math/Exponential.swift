internal import CKernels

/// exp(a + b) for a within [−104, 89] and a small b that `a` could not hold.
@inline(__always)
func vexpReduced(_ a: V, _ b: V?) -> V {
    // Adding 1.5·2²³ leaves the nearest integer in the low bits.
    let shifter: Float = 12_582_912
    let shifted = fma(a, splat(1.442695041), shifter)
    let n = shifted - splat(shifter)
    var r = fma(n, splat(-0.693359375), a)
    r = fma(n, splat(2.12194440e-4), r)
    if let b { r = r + b }
    var p = fma(splat(0.000199468341), r, 0.00139350921)
    p = fma(p, r, 0.00833320525)
    p = fma(p, r, 0.041666463)
    p = fma(p, r, 0.166666672)
    p = fma(p, r, 0.5)
    p = fma(p, r * r, r) + splat(1)
    return ck_scale_by_power(p, ck_bits(shifted) &- isplat(0x4B40_0000))
}

@inline(__always)
func vexp(_ x: V) -> V {
    vexpReduced(ck_max(ck_min(x, splat(89)), splat(-104)), nil)
}

/// exp(x) − 1 for x ≤ 0, accurate near zero.
@inline(__always)
func vexpm1Negative(_ x: V) -> V {
    let a = ck_max(x, splat(-30))
    let shifter: Float = 12_582_912
    let shifted = fma(a, splat(1.442695041), shifter)
    let n = shifted - splat(shifter)
    var r = fma(n, splat(-0.693359375), a)
    r = fma(n, splat(2.12194440e-4), r)
    var p = fma(splat(0.000199468341), r, 0.00139350921)
    p = fma(p, r, 0.00833320525)
    p = fma(p, r, 0.041666463)
    p = fma(p, r, 0.166666672)
    p = fma(p, r, 0.5)
    p = fma(p, r * r, r)
    let scale = ck_from_bits((ck_bits(shifted) &- isplat(0x4B40_0000 - 127)) &<< isplat(23))
    let y = fma(p, scale, scale - splat(1))
    // −0 stays −0.
    return ck_select(ck_equal(x, splat(0)), x, y)
}
