internal import Tensors

/// A gate through ``Swish`` times a value, of the same shape.
struct SwiGLU: ArithmeticFunction {
    let swish: Swish

    var cost: Int { 20 }
    @inline(__always) func callAsFunction<R: RealElement>(_ gate: R, _ value: R) -> R { swish(gate) * value }
    @inline(__always) func callAsFunction<I: WideInteger>(_ gate: I, _ value: I) -> I { 0 }

    static let all: [OperatorEntry] = [
        OperatorEntry("SwiGLU", versions: 28...Int.max) { node throws(EngineError) in
            let swish = Swish(alpha: try node.float("alpha", default: 1))
            return try BinaryOperation(node, SwiGLU(swish: swish), types: .reals)
        }
    ]
}
