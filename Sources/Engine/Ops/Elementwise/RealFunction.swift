internal import Kernels
internal import Tensors

/// A function of one real number, applied to every element of a tensor of floats.
///
/// Half precision is computed in single and rounded once. What `apply` gives for an element may not depend on its
/// neighbours or its position, so that an answer does not depend on the batch around it.
protocol RealFunction: Sendable {
    func callAsFunction<R: RealElement>(_ x: R) -> R

    /// y[i] = f(x[i]) in single precision, the one place where a function brings its own kernel. `x` and `y` are the same
    /// or do not overlap.
    func apply(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int)

    /// Rough operations for one element.
    var cost: Int { get }
}

extension RealFunction {
    var cost: Int { 20 }

    @inline(__always)
    func apply(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int) {
        applyScalar(x, y, count: count)
    }

    @inline(__always)
    func applyScalar<R: RealElement>(_ x: UnsafePointer<R>, _ y: UnsafeMutablePointer<R>, count: Int) {
        // In place is a loop of its own: one pointer needs no check for overlap, which would fail and forbid vectors.
        if x == UnsafePointer(y) {
            for index in 0..<count { y[index] = self(y[index]) }
        } else {
            for index in 0..<count { y[index] = self(x[index]) }
        }
    }
}

/// A function that also has a meaning for integers.
protocol NumberFunction: RealFunction {
    func callAsFunction<I: WideInteger>(_ x: I) -> I

    /// Applies the function to tensors of signed or unsigned integers. A requirement so that every function gets loops of its own.
    func mapIntegers(_ run: NodeRun, _ x: Tensor, to y: Tensor, isSigned: Bool)
}

extension NumberFunction {
    var cost: Int { 2 }

    @inline(__always)
    func mapIntegers(_ run: NodeRun, _ x: Tensor, to y: Tensor, isSigned: Bool) {
        if isSigned {
            ElementMap.run(run, x, y, costPerElement: cost) { (x: UnsafePointer<Int64>, y: UnsafeMutablePointer<Int64>, count) in
                for index in 0..<count { y[index] = self(x[index]) }
            }
        } else {
            ElementMap.run(run, x, y, costPerElement: cost) { (x: UnsafePointer<UInt64>, y: UnsafeMutablePointer<UInt64>, count) in
                for index in 0..<count { y[index] = self(x[index]) }
            }
        }
    }
}

/// A function with a vector kernel of its own for single precision.
protocol VectorFunction: RealFunction {
    var kernel: UnaryKernel { get }
}

extension VectorFunction {
    func apply(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int) { kernel(x, y, count) }
}

/// A function that the kernels know as an activation.
protocol ActivationFunction: RealFunction {
    var activation: Activation { get }
}

extension ActivationFunction {
    func apply(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int) {
        Kernels.table.unary.activate(activation, x, y, count)
    }
}
