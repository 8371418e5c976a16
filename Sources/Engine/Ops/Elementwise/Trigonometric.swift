internal import Kernels

struct Sin: VectorFunction {
    var kernel: UnaryKernel { Kernels.table.unary.sin }
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { R.sin(x) }
}

struct Cos: VectorFunction {
    var kernel: UnaryKernel { Kernels.table.unary.cos }
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { R.cos(x) }
}

struct Tan: RealFunction {
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { R.tan(x) }
}

struct Asin: RealFunction {
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { R.asin(x) }
}

struct Acos: RealFunction {
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { R.acos(x) }
}

struct Atan: RealFunction {
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { R.atan(x) }
}

struct Sinh: RealFunction {
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { R.sinh(x) }
}

struct Cosh: RealFunction {
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { R.cosh(x) }
}

struct Tanh: VectorFunction {
    var kernel: UnaryKernel { Kernels.table.unary.tanh }
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { R.tanh(x) }
}

struct Asinh: RealFunction {
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { R.asinh(x) }
}

struct Acosh: RealFunction {
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { R.acosh(x) }
}

struct Atanh: RealFunction {
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { R.atanh(x) }
}

/// α · tanh(β · x), which only the first operator sets had.
struct ScaledTanh: RealFunction {
    let alpha: Float
    let beta: Float

    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { R(alpha) * R.tanh(R(beta) * x) }
}

enum Trigonometric {
    static let all: [OperatorEntry] = [
        .real("Sin", since: 7) { _ in Sin() },
        .real("Cos", since: 7) { _ in Cos() },
        .real("Tan", since: 7) { _ in Tan() },
        .real("Asin", since: 7) { _ in Asin() },
        .real("Acos", since: 7) { _ in Acos() },
        .real("Atan", since: 7) { _ in Atan() },
        .real("Sinh", since: 9) { _ in Sinh() },
        .real("Cosh", since: 9) { _ in Cosh() },
        .real("Tanh", since: 1) { _ in Tanh() },
        .real("Asinh", since: 9) { _ in Asinh() },
        .real("Acosh", since: 9) { _ in Acosh() },
        .real("Atanh", since: 9) { _ in Atanh() },
        .real("ScaledTanh", since: 1) { node throws(EngineError) in
            ScaledTanh(alpha: try node.required("alpha", node.float("alpha")), beta: try node.required("beta", node.float("beta")))
        },
    ]
}
