internal import CKernels
internal import KernelTable

struct Relu: VectorMap { @inline(__always) func callAsFunction(_ x: V) -> V { ck_max(x, splat(0)) } }
struct Gelu: VectorMap { @inline(__always) func callAsFunction(_ x: V) -> V { vgelu(x) } }
struct GeluTanh: VectorMap { @inline(__always) func callAsFunction(_ x: V) -> V { vgeluTanh(x) } }
struct Mish: VectorMap { @inline(__always) func callAsFunction(_ x: V) -> V { vmish(x) } }
struct Softplus: VectorMap { @inline(__always) func callAsFunction(_ x: V) -> V { vsoftplus(x) } }

struct Clip: VectorMap {
    let low: V
    let high: V
    @inline(__always) func callAsFunction(_ x: V) -> V { ck_min(ck_max(x, low), high) }
}

struct LeakyRelu: VectorMap {
    let alpha: V
    @inline(__always) func callAsFunction(_ x: V) -> V { ck_select(ck_less(x, splat(0)), x * alpha, x) }
}

struct Silu: VectorMap {
    let alpha: Float
    @inline(__always) func callAsFunction(_ x: V) -> V { vsilu(x, alpha) }
}

struct HardSigmoid: VectorMap {
    let alpha: V
    let beta: V
    @inline(__always) func callAsFunction(_ x: V) -> V { ck_min(ck_max(fma(x, alpha, beta), splat(0)), splat(1)) }
}

struct HardSwish: VectorMap {
    let gate: HardSigmoid
    @inline(__always) func callAsFunction(_ x: V) -> V { x * gate(x) }
}

struct Elu: VectorMap {
    let alpha: V
    @inline(__always) func callAsFunction(_ x: V) -> V { ck_select(ck_less(x, splat(0)), alpha * vexpm1Negative(x), x) }
}

/// A loop of its own for each function: together in one they would share its registers.
@inline(never)
private func apply<F: VectorMap>(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ n: Int, _ f: F) { map(x, y, n, f) }

/// Any activation over `n` elements.
func activate_f32(_ f: Activation, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ n: Int) {
    let gate = HardSigmoid(alpha: splat(f.alpha), beta: splat(f.beta))
    switch f.kind {
    case .identity:
        if x != UnsafePointer(y) { map(x, y, n, Same()) }
    case .relu: map(x, y, n, Relu())
    case .clip: map(x, y, n, Clip(low: splat(f.alpha), high: splat(f.beta)))
    case .leakyRelu: map(x, y, n, LeakyRelu(alpha: splat(f.alpha)))
    case .sigmoid: sigmoid_f32(x, y, n)
    case .tanh: tanh_f32(x, y, n)
    case .gelu: apply(x, y, n, Gelu())
    case .geluTanh: apply(x, y, n, GeluTanh())
    case .silu: apply(x, y, n, Silu(alpha: f.alpha))
    case .hardSigmoid: map(x, y, n, gate)
    case .hardSwish: map(x, y, n, HardSwish(gate: gate))
    case .elu: apply(x, y, n, Elu(alpha: splat(f.alpha)))
    case .mish: apply(x, y, n, Mish())
    case .softplus: apply(x, y, n, Softplus())
    }
}
