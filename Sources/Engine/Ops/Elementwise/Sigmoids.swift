internal import Kernels

struct Sigmoid: VectorFunction {
    var kernel: UnaryKernel { Kernels.table.unary.sigmoid }
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { R.sigmoid(x) }
}

struct HardSigmoid: ActivationFunction {
    let alpha: Float
    let beta: Float

    var activation: Activation { .hardSigmoid(alpha: alpha, beta: beta) }
    var cost: Int { 4 }

    @inline(__always)
    func callAsFunction<R: RealElement>(_ x: R) -> R {
        let line = R(alpha) * x + R(beta)
        return line < 0 ? 0 : line > 1 ? 1 : line
    }
}

struct HardSwish: ActivationFunction {
    var activation: Activation { .hardSwish }
    var cost: Int { 4 }

    @inline(__always)
    func callAsFunction<R: RealElement>(_ x: R) -> R {
        let gate = x / 6 + 0.5
        return x * (gate < 0 ? 0 : gate > 1 ? 1 : gate)
    }
}

/// x · σ(α · x), also known as SiLU.
struct Swish: ActivationFunction {
    let alpha: Float

    var activation: Activation { Activation(.silu, alpha: alpha) }
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { x * R.sigmoid(R(alpha) * x) }
}

struct Softplus: ActivationFunction {
    var activation: Activation { .softplus }
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { R.softplus(x) }
}

/// α · log(1 + e^(β · x)), which only the first operator sets had.
struct ParametricSoftplus: RealFunction {
    let alpha: Float
    let beta: Float

    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { R(alpha) * R.softplus(R(beta) * x) }
}

struct Softsign: RealFunction {
    var cost: Int { 4 }
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { x / (1 + x.magnitude) }
}

struct Mish: ActivationFunction {
    var activation: Activation { .mish }
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { x * R.tanh(R.softplus(x)) }
}

/// α · x + β, which only the first operator sets had.
struct Affine: RealFunction {
    let alpha: Float
    let beta: Float

    var cost: Int { 2 }
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { R(alpha) * x + R(beta) }
}

enum Sigmoids {
    static let all: [OperatorEntry] = [
        .real("Sigmoid", since: 1) { _ in Sigmoid() },
        .real("HardSigmoid", since: 1) { node throws(EngineError) in
            HardSigmoid(alpha: try node.float("alpha", default: 0.2), beta: try node.float("beta", default: 0.5))
        },
        .real("HardSwish", since: 14) { _ in HardSwish() },
        .real("Swish", since: 24) { node throws(EngineError) in Swish(alpha: try node.float("alpha", default: 1)) },
        .real("QuickGelu", domain: "com.microsoft", since: 1) { node throws(EngineError) in
            Swish(alpha: try node.float("alpha", default: 1.702))
        },
        .real("Softplus", since: 1) { _ in Softplus() },
        .real("ParametricSoftplus", since: 1) { node throws(EngineError) in
            ParametricSoftplus(
                alpha: try node.required("alpha", node.float("alpha")), beta: try node.required("beta", node.float("beta")))
        },
        .real("Softsign", since: 1) { _ in Softsign() },
        .real("Mish", since: 18) { _ in Mish() },
        .real("Scale", since: 1) { node throws(EngineError) in Affine(alpha: try node.float("scale", default: 1), beta: 0) },
        .real("Affine", since: 1) { node throws(EngineError) in
            Affine(alpha: try node.float("alpha", default: 1), beta: try node.float("beta", default: 0))
        },
    ]
}
