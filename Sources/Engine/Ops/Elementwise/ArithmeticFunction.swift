internal import Kernels
internal import Tensors

/// A function of two numbers that give a number of the same type.
///
/// Integers are computed in 64 bits and cut to the width of their type, so that narrow ones wrap.
protocol ArithmeticFunction: Sendable {
    func callAsFunction<R: RealElement>(_ a: R, _ b: R) -> R
    func callAsFunction<I: WideInteger>(_ a: I, _ b: I) -> I

    /// The vector kernel for single precision, for functions that have one.
    var kernel: BinaryKernel? { get }

    /// Rough operations for one element.
    var cost: Int { get }

    /// Fills `c`, of the operands' type, with the function of `a` and `b` broadcast against each other.
    ///
    /// A requirement so that every function gets loops of its own: in a generic operator each element would be a call.
    func run(_ run: NodeRun, _ a: Tensor, as aShape: Shape, _ b: Tensor, as bShape: Shape, into c: Tensor, node: Node) throws(EngineError)
}

extension ArithmeticFunction {
    var kernel: BinaryKernel? { nil }
    var cost: Int { 2 }
}

/// An ``ArithmeticFunction`` over floats.
struct RealPair<Function: ArithmeticFunction, R: RealElement>: PairFunction {
    let function: Function

    var cost: Int { function.cost }
    @inline(__always) func callAsFunction(_ a: R, _ b: R) -> R { function(a, b) }
}

/// An ``ArithmeticFunction`` over integers.
struct IntegerPair<Function: ArithmeticFunction, I: WideInteger>: PairFunction {
    let function: Function

    var cost: Int { function.cost }
    @inline(__always) func callAsFunction(_ a: I, _ b: I) -> I { function(a, b) }
}
