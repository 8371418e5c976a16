internal import Kernels

struct Exp: VectorFunction {
    var kernel: UnaryKernel { Kernels.table.unary.exp }
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { R.exp(x) }
}

struct Log: VectorFunction {
    var kernel: UnaryKernel { Kernels.table.unary.log }
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { R.log(x) }
}

struct Sqrt: VectorFunction {
    var kernel: UnaryKernel { Kernels.table.unary.squareRoot }
    var cost: Int { 4 }
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { x.squareRoot() }
}

struct Reciprocal: RealFunction {
    var cost: Int { 4 }
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { 1 / x }
}

struct Erf: VectorFunction {
    var kernel: UnaryKernel { Kernels.table.unary.erf }
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { R.erf(x) }
}

/// Erf over integers: of little use, but the versions up to 12 allow it.
struct IntegerErf: NumberFunction {
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { R.erf(x) }
    @inline(__always) func callAsFunction<I: WideInteger>(_ x: I) -> I { I(Double.erf(Double(x))) }
}

enum Exponential {
    static let all: [OperatorEntry] = [
        .real("Exp", since: 1) { _ in Exp() },
        .real("Log", since: 1) { _ in Log() },
        .real("Sqrt", since: 1) { _ in Sqrt() },
        .real("Reciprocal", since: 1) { _ in Reciprocal() },
        .number("Erf", since: 9, through: 12) { _ in IntegerErf() },
        .real("Erf", since: 13) { _ in Erf() },
    ]
}
