/// y[i] = f(x[i]) over `count` floats; `x` and `y` may be the same pointer, and need no alignment.
public typealias UnaryKernel = @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void

/// Elementwise functions of one float. Bits depend on the element alone, never on its place.
/// Error bounds, in units in the last place over all floats, are on the page "Kernels".
public struct UnaryKernels: Sendable {
    public let exp: UnaryKernel
    public let log: UnaryKernel
    public let tanh: UnaryKernel
    public let sigmoid: UnaryKernel
    public let erf: UnaryKernel
    public let sin: UnaryKernel
    public let cos: UnaryKernel
    public let squareRoot: UnaryKernel
    public let absolute: UnaryKernel
    public let negate: UnaryKernel
    public let floor: UnaryKernel
    public let ceil: UnaryKernel
    /// To the nearest integer, halves to even.
    public let round: UnaryKernel
    /// Any activation.
    public let activate: @Sendable (Activation, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void

    public init(
        exp: @escaping UnaryKernel, log: @escaping UnaryKernel, tanh: @escaping UnaryKernel, sigmoid: @escaping UnaryKernel,
        erf: @escaping UnaryKernel, sin: @escaping UnaryKernel, cos: @escaping UnaryKernel, squareRoot: @escaping UnaryKernel,
        absolute: @escaping UnaryKernel, negate: @escaping UnaryKernel, floor: @escaping UnaryKernel, ceil: @escaping UnaryKernel,
        round: @escaping UnaryKernel,
        activate: @escaping @Sendable (Activation, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
    ) {
        self.exp = exp
        self.log = log
        self.tanh = tanh
        self.sigmoid = sigmoid
        self.erf = erf
        self.sin = sin
        self.cos = cos
        self.squareRoot = squareRoot
        self.absolute = absolute
        self.negate = negate
        self.floor = floor
        self.ceil = ceil
        self.round = round
        self.activate = activate
    }
}
