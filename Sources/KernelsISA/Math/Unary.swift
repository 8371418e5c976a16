internal import CKernels
internal import KernelTable

typealias Source = UnsafePointer<Float>
typealias Target = UnsafeMutablePointer<Float>

func exp_f32(_ x: Source, _ y: Target, _ n: Int) { map(x, y, n) { vexp($0) } }
func log_f32(_ x: Source, _ y: Target, _ n: Int) { map(x, y, n) { vlog($0) } }
func tanh_f32(_ x: Source, _ y: Target, _ n: Int) { map(x, y, n) { vtanh($0) } }
func sigmoid_f32(_ x: Source, _ y: Target, _ n: Int) { map(x, y, n) { vsigmoid($0) } }
func erf_f32(_ x: Source, _ y: Target, _ n: Int) { map(x, y, n) { verf($0) } }
func sin_f32(_ x: Source, _ y: Target, _ n: Int) { map(x, y, n) { vsin($0) } }
func cos_f32(_ x: Source, _ y: Target, _ n: Int) { map(x, y, n) { vcos($0) } }
func sqrt_f32(_ x: Source, _ y: Target, _ n: Int) { map(x, y, n) { ck_sqrt($0) } }
func abs_f32(_ x: Source, _ y: Target, _ n: Int) { map(x, y, n) { ck_abs($0) } }
func negate_f32(_ x: Source, _ y: Target, _ n: Int) { map(x, y, n) { -$0 } }
func floor_f32(_ x: Source, _ y: Target, _ n: Int) { map(x, y, n) { ck_floor($0) } }
func ceil_f32(_ x: Source, _ y: Target, _ n: Int) { map(x, y, n) { ck_ceil($0) } }
func round_f32(_ x: Source, _ y: Target, _ n: Int) { map(x, y, n) { ck_round_even($0) } }

/// Any activation over `n` elements.
func activate_f32(_ f: Activation, _ x: Source, _ y: Target, _ n: Int) {
    let alpha = splat(f.alpha)
    let beta = splat(f.beta)
    switch f.kind {
    case .identity:
        if x != UnsafePointer(y) { map(x, y, n) { $0 } }
    case .relu: map(x, y, n) { ck_max($0, splat(0)) }
    case .clip: map(x, y, n) { ck_min(ck_max($0, alpha), beta) }
    case .leakyRelu: map(x, y, n) { ck_select(ck_less($0, splat(0)), $0 * alpha, $0) }
    case .sigmoid: sigmoid_f32(x, y, n)
    case .tanh: tanh_f32(x, y, n)
    case .gelu: map(x, y, n) { vgelu($0) }
    case .geluTanh: map(x, y, n) { vgeluTanh($0) }
    case .silu: map(x, y, n) { vsilu($0, f.alpha) }
    case .hardSigmoid: map(x, y, n) { ck_min(ck_max(fma($0, alpha, beta), splat(0)), splat(1)) }
    case .hardSwish: map(x, y, n) { $0 * ck_min(ck_max(fma($0, alpha, beta), splat(0)), splat(1)) }
    case .elu: map(x, y, n) { ck_select(ck_less($0, splat(0)), alpha * vexpm1Negative($0), $0) }
    case .mish: map(x, y, n) { vmish($0) }
    case .softplus: map(x, y, n) { vsoftplus($0) }
    }
}

func makeUnaryKernels() -> UnaryKernels {
    UnaryKernels(
        exp: exp_f32, log: log_f32, tanh: tanh_f32, sigmoid: sigmoid_f32, erf: erf_f32, sin: sin_f32, cos: cos_f32,
        squareRoot: sqrt_f32, absolute: abs_f32, negate: negate_f32, floor: floor_f32, ceil: ceil_f32, round: round_f32,
        activate: activate_f32)
}
