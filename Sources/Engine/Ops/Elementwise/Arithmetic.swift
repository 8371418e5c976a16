internal import Kernels

struct Addition: ArithmeticFunction {
    var kernel: BinaryKernel? { Kernels.table.binary.add }
    @inline(__always) func callAsFunction<R: RealElement>(_ a: R, _ b: R) -> R { a + b }
    @inline(__always) func callAsFunction<I: WideInteger>(_ a: I, _ b: I) -> I { a &+ b }
}

struct Subtraction: ArithmeticFunction {
    var kernel: BinaryKernel? { Kernels.table.binary.subtract }
    @inline(__always) func callAsFunction<R: RealElement>(_ a: R, _ b: R) -> R { a - b }
    @inline(__always) func callAsFunction<I: WideInteger>(_ a: I, _ b: I) -> I { a &- b }
}

struct Multiplication: ArithmeticFunction {
    var kernel: BinaryKernel? { Kernels.table.binary.multiply }
    @inline(__always) func callAsFunction<R: RealElement>(_ a: R, _ b: R) -> R { a * b }
    @inline(__always) func callAsFunction<I: WideInteger>(_ a: I, _ b: I) -> I { a &* b }
}

/// Integers are divided towards zero; by zero they give zero, and the one quotient that overflows wraps.
struct Division: ArithmeticFunction {
    var kernel: BinaryKernel? { Kernels.table.binary.divide }
    var cost: Int { 4 }
    @inline(__always) func callAsFunction<R: RealElement>(_ a: R, _ b: R) -> R { a / b }
    @inline(__always)
    func callAsFunction<I: WideInteger>(_ a: I, _ b: I) -> I { b == 0 ? 0 : a.dividedReportingOverflow(by: b).partialValue }
}

/// The rest of a division rounded down: it has the sign of the divisor. By zero, integers give zero.
struct FloorModulus: ArithmeticFunction {
    var cost: Int { 20 }

    @inline(__always)
    func callAsFunction<R: RealElement>(_ a: R, _ b: R) -> R {
        let rest = R.remainder(a, truncatedBy: b)
        if rest == 0 { return R(signOf: b, magnitudeOf: 0) }
        return (rest < 0) != (b < 0) ? rest + b : rest
    }

    @inline(__always)
    func callAsFunction<I: WideInteger>(_ a: I, _ b: I) -> I {
        if b == 0 { return 0 }
        let rest = a.remainderReportingOverflow(dividingBy: b).partialValue
        return rest != 0 && (rest < 0) != (b < 0) ? rest &+ b : rest
    }
}

/// The rest of a division rounded towards zero: it has the sign of the dividend. By zero, integers give zero.
struct TruncatedModulus: ArithmeticFunction {
    var cost: Int { 20 }

    @inline(__always) func callAsFunction<R: RealElement>(_ a: R, _ b: R) -> R { R.remainder(a, truncatedBy: b) }

    @inline(__always)
    func callAsFunction<I: WideInteger>(_ a: I, _ b: I) -> I {
        b == 0 ? 0 : a.remainderReportingOverflow(dividingBy: b).partialValue
    }
}

enum Arithmetic {
    static let all: [OperatorEntry] = [
        OperatorEntry("Add") { node throws(EngineError) in try BinaryOperation(node, Addition()) },
        OperatorEntry("Sub") { node throws(EngineError) in try BinaryOperation(node, Subtraction()) },
        OperatorEntry("Mul") { node throws(EngineError) in try BinaryOperation(node, Multiplication()) },
        OperatorEntry("Div") { node throws(EngineError) in try BinaryOperation(node, Division()) },
        OperatorEntry("Mod", versions: 10...Int.max) { node throws(EngineError) in
            if try node.bool("fmod", default: false) {
                try BinaryOperation(node, TruncatedModulus())
            } else {
                try BinaryOperation(node, FloorModulus())
            }
        },
    ]
}
