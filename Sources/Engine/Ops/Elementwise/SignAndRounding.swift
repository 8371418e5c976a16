internal import Kernels

struct Abs: NumberFunction, VectorFunction {
    var kernel: UnaryKernel { Kernels.table.unary.absolute }
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { x.magnitude }
    @inline(__always) func callAsFunction<I: WideInteger>(_ x: I) -> I { I(truncatingIfNeeded: x.magnitude) }
}

struct Neg: NumberFunction, VectorFunction {
    var kernel: UnaryKernel { Kernels.table.unary.negate }
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { -x }
    @inline(__always) func callAsFunction<I: WideInteger>(_ x: I) -> I { 0 &- x }
}

struct Sign: NumberFunction {
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { x > 0 ? 1 : x < 0 ? -1 : x == 0 ? 0 : x }
    @inline(__always) func callAsFunction<I: WideInteger>(_ x: I) -> I { x.signum() }
}

struct Ceil: VectorFunction {
    var kernel: UnaryKernel { Kernels.table.unary.ceil }
    var cost: Int { 3 }
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { x.rounded(.up) }
}

struct Floor: VectorFunction {
    var kernel: UnaryKernel { Kernels.table.unary.floor }
    var cost: Int { 3 }
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { x.rounded(.down) }
}

/// To the nearest integer, halves to the even one.
struct Round: VectorFunction {
    var kernel: UnaryKernel { Kernels.table.unary.round }
    var cost: Int { 3 }
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { x.rounded(.toNearestOrEven) }
}

enum SignAndRounding {
    static let all: [OperatorEntry] = [
        .number("Abs", since: 1) { _ in Abs() },
        .number("Neg", since: 1) { _ in Neg() },
        .number("Sign", since: 9) { _ in Sign() },
        .real("Ceil", since: 1) { _ in Ceil() },
        .real("Floor", since: 1) { _ in Floor() },
        .real("Round", since: 11) { _ in Round() },
    ]
}
