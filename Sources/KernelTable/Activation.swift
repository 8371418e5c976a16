/// An elementwise function fused behind a sum: y = f(x).
public struct Activation: Sendable, Hashable {
    public enum Kind: UInt8, Sendable, Hashable {
        /// y = x
        case identity
        /// y = max(x, 0)
        case relu
        /// y = min(max(x, alpha), beta)
        case clip
        /// y = x < 0 ? alpha·x : x
        case leakyRelu
        /// y = 1 / (1 + exp(−x))
        case sigmoid
        case tanh
        /// y = x·Φ(x), by the error function
        case gelu
        /// y = x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³)))
        case geluTanh
        /// y = x·sigmoid(alpha·x)
        case silu
        /// y = min(max(alpha·x + beta, 0), 1)
        case hardSigmoid
        /// y = x·min(max(alpha·x + beta, 0), 1), with alpha 1/6 and beta 1/2 in the standard
        case hardSwish
        /// y = x < 0 ? alpha·(exp(x) − 1) : x
        case elu
        /// y = x·tanh(softplus(x))
        case mish
        /// y = log(1 + exp(x))
        case softplus
    }

    public var kind: Kind
    public var alpha: Float
    public var beta: Float

    public init(_ kind: Kind, alpha: Float = 0, beta: Float = 0) {
        self.kind = kind
        self.alpha = alpha
        self.beta = beta
    }

    public static let identity = Activation(.identity)
    public static let relu = Activation(.relu)
    public static let relu6 = Activation(.clip, alpha: 0, beta: 6)
    public static let sigmoid = Activation(.sigmoid)
    public static let tanh = Activation(.tanh)
    public static let gelu = Activation(.gelu)
    public static let geluTanh = Activation(.geluTanh)
    public static let silu = Activation(.silu, alpha: 1)
    public static let hardSwish = Activation(.hardSwish, alpha: 1.0 / 6.0, beta: 0.5)
    public static let mish = Activation(.mish)
    public static let softplus = Activation(.softplus)
    public static func clip(_ low: Float, _ high: Float) -> Activation { Activation(.clip, alpha: low, beta: high) }
    public static func leakyRelu(_ slope: Float) -> Activation { Activation(.leakyRelu, alpha: slope) }
    public static func hardSigmoid(alpha: Float, beta: Float) -> Activation { Activation(.hardSigmoid, alpha: alpha, beta: beta) }
    public static func elu(_ alpha: Float) -> Activation { Activation(.elu, alpha: alpha) }
}
