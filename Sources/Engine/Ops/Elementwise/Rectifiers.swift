internal import Kernels

struct Relu: NumberFunction, ActivationFunction {
    var activation: Activation { .relu }
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { x < 0 ? 0 : x }
    @inline(__always) func callAsFunction<I: WideInteger>(_ x: I) -> I { x < 0 ? 0 : x }
}

struct LeakyRelu: ActivationFunction {
    let alpha: Float

    var activation: Activation { .leakyRelu(alpha) }
    var cost: Int { 2 }
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { x < 0 ? R(alpha) * x : x }
}

struct ThresholdedRelu: RealFunction {
    let alpha: Float

    var cost: Int { 2 }
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { x > R(alpha) ? x : 0 }
}

struct Elu: ActivationFunction {
    let alpha: Float

    var activation: Activation { .elu(alpha) }
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { x < 0 ? R(alpha) * R.expMinusOne(x) : x }
}

struct Selu: RealFunction {
    let alpha: Float
    let gamma: Float

    @inline(__always)
    func callAsFunction<R: RealElement>(_ x: R) -> R { x > 0 ? R(gamma) * x : R(gamma) * (R(alpha) * R.expMinusOne(x)) }

    func apply(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int) {
        Kernels.table.unary.activate(.elu(alpha), x, y, count)
        for index in 0..<count { y[index] *= gamma }
    }
}

struct Celu: RealFunction {
    let alpha: Float

    @inline(__always)
    func callAsFunction<R: RealElement>(_ x: R) -> R { x < 0 ? R(alpha) * R.expMinusOne(x / R(alpha)) : x }
}

/// Moves what is further than λ from zero towards it by the bias, and everything else, NaN among it, to zero.
struct Shrink: NumberFunction {
    let lambda: Float
    let bias: Float

    @inline(__always)
    func callAsFunction<R: RealElement>(_ x: R) -> R {
        x < -R(lambda) ? x + R(bias) : x > R(lambda) ? x - R(bias) : 0
    }

    @inline(__always)
    func callAsFunction<I: WideInteger>(_ x: I) -> I {
        let shrunk = self(Double(x))
        return I.isSigned ? I(truncatingIfNeeded: shrunk.truncatedInt64) : I(truncatingIfNeeded: shrunk.truncatedUInt64)
    }
}

enum Rectifiers {
    static let all: [OperatorEntry] = [
        .number("Relu", since: 1) { _ in Relu() },
        .real("LeakyRelu", since: 1) { node throws(EngineError) in LeakyRelu(alpha: try node.float("alpha", default: 0.01)) },
        .real("ThresholdedRelu", since: 1) { node throws(EngineError) in
            ThresholdedRelu(alpha: try node.float("alpha", default: 1))
        },
        .real("Elu", since: 1) { node throws(EngineError) in Elu(alpha: try node.float("alpha", default: 1)) },
        .real("Selu", since: 1, through: 5) { node throws(EngineError) in
            Selu(alpha: try node.float("alpha", default: 1.6732), gamma: try node.float("gamma", default: 1.0507))
        },
        .real("Selu", since: 6) { node throws(EngineError) in
            Selu(
                alpha: try node.float("alpha", default: 1.673_263_2), gamma: try node.float("gamma", default: 1.050_701))
        },
        .real("Celu", since: 12) { node throws(EngineError) in Celu(alpha: try node.float("alpha", default: 1)) },
        .number("Shrink", since: 9) { node throws(EngineError) in
            Shrink(lambda: try node.float("lambd", default: 0.5), bias: try node.float("bias", default: 0))
        },
    ]
}
