internal import Kernels

/// A function applied to single elements, as recurrent and fused operators name it.
struct ElementFunction: Sendable, Hashable {
    enum Function: String, Sendable {
        case relu, tanh, sigmoid, affine, leakyrelu, thresholdedrelu, scaledtanh, hardsigmoid, elu, softsign, softplus
        case clip, silu, identity
    }

    let function: Function
    let alpha: Float
    let beta: Float

    /// - Parameters:
    ///   - name: the standard's name, in any case.
    ///   - alpha: the first parameter; nil for the function's default.
    init?(_ name: String, alpha: Float? = nil, beta: Float? = nil) {
        guard let function = Function(rawValue: name.lowercased()) else { return nil }
        self.function = function
        self.alpha = alpha ?? Self.defaults(function).alpha
        self.beta = beta ?? Self.defaults(function).beta
    }

    /// How many parameters the function takes from the lists of alphas and of betas.
    var takesAlpha: Bool {
        switch function {
        case .affine, .leakyrelu, .thresholdedrelu, .scaledtanh, .hardsigmoid, .elu, .clip: true
        default: false
        }
    }

    var takesBeta: Bool {
        switch function {
        case .affine, .scaledtanh, .hardsigmoid, .clip: true
        default: false
        }
    }

    private static func defaults(_ function: Function) -> (alpha: Float, beta: Float) {
        switch function {
        case .affine: (1, 0)
        case .leakyrelu: (0.01, 0)
        case .thresholdedrelu, .elu: (1, 0)
        case .scaledtanh: (1, 1)
        case .hardsigmoid: (0.2, 0.5)
        case .clip: (-.infinity, .infinity)
        default: (0, 0)
        }
    }
}

extension ElementFunction {
    /// Applies the function to `count` elements in place.
    func apply(_ x: UnsafeMutablePointer<Float>, count: Int) {
        if let kernel { Kernels.table.unary.activate(kernel, x, x, count) } else { evaluate(x, count) }
    }

    /// The kernels' name for the function, where they have it.
    var kernel: Activation? {
        switch function {
        case .identity: .identity
        case .relu: .relu
        case .tanh: .tanh
        case .sigmoid: .sigmoid
        case .leakyrelu: .leakyRelu(alpha)
        case .hardsigmoid: .hardSigmoid(alpha: alpha, beta: beta)
        case .elu: .elu(alpha)
        case .softplus: .softplus
        case .clip: .clip(alpha, beta)
        case .silu: .silu
        case .affine, .thresholdedrelu, .scaledtanh, .softsign: nil
        }
    }

    func apply(_ x: UnsafeMutablePointer<Double>, count: Int) { evaluate(x, count) }

    func apply<T: Real>(_ x: UnsafeMutablePointer<T>, count: Int, as type: T.Type) {
        if T.self == Float.self {
            apply(UnsafeMutableRawPointer(x).assumingMemoryBound(to: Float.self), count: count)
        } else {
            apply(UnsafeMutableRawPointer(x).assumingMemoryBound(to: Double.self), count: count)
        }
    }

    @inline(__always)
    private func evaluate<T: Real>(_ x: UnsafeMutablePointer<T>, _ count: Int) {
        let (a, b) = (T(alpha), T(beta))
        switch function {
        case .identity: break
        case .relu: map(x, count) { max($0, 0) }
        case .tanh: map(x, count) { T.tanh($0) }
        case .sigmoid: map(x, count) { T.sigmoid($0) }
        case .affine: map(x, count) { a * $0 + b }
        case .leakyrelu: map(x, count) { $0 >= 0 ? $0 : a * $0 }
        case .thresholdedrelu: map(x, count) { $0 > a ? $0 : 0 }
        case .scaledtanh: map(x, count) { a * T.tanh(b * $0) }
        case .hardsigmoid: map(x, count) { min(max(a * $0 + b, 0), 1) }
        case .elu: map(x, count) { $0 >= 0 ? $0 : a * (T.exp($0) - 1) }
        case .softsign: map(x, count) { $0 / (1 + abs($0)) }
        // For large x the logarithm of 1 + e^x is x itself.
        case .softplus: map(x, count) { $0 > 30 ? $0 : T.log(1 + T.exp($0)) }
        case .clip: map(x, count) { min(max($0, a), b) }
        case .silu: map(x, count) { $0 * T.sigmoid($0) }
        }
    }

    @inline(__always)
    private func map<T: Real>(_ x: UnsafeMutablePointer<T>, _ count: Int, _ function: (T) -> T) {
        for i in 0..<count { x[i] = function(x[i]) }
    }
}
