internal import Kernels

/// x · Φ(x), where Φ is the normal distribution.
struct Gelu: ActivationFunction {
    var activation: Activation { .gelu }
    @inline(__always)
    func callAsFunction<R: RealElement>(_ x: R) -> R { R(0.5) * x * (1 + R.erf(x * R(0.707_106_781_186_547_5))) }
}

/// The approximation of ``Gelu`` by a hyperbolic tangent.
struct TanhGelu: ActivationFunction {
    var activation: Activation { .geluTanh }
    @inline(__always)
    func callAsFunction<R: RealElement>(_ x: R) -> R {
        let inner = R(0.797_884_560_802_865_4) * (x + R(0.044_715) * x * x * x)
        return R(0.5) * x * (1 + R.tanh(inner))
    }
}

extension Gelu {
    static let all: [OperatorEntry] = [
        OperatorEntry("Gelu", versions: 20...Int.max) { node throws(EngineError) in
            switch try node.string("approximate", default: "none") {
            case "none": RealUnaryOperation(node: node, function: Gelu())
            case "tanh": RealUnaryOperation(node: node, function: TanhGelu())
            case let other: throw node.malformed("attribute 'approximate' is '\(other)', which is neither 'none' nor 'tanh'")
            }
        },
        .real("Gelu", domain: "com.microsoft", since: 1) { _ in Gelu() },
    ]
}
