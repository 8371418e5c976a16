#if canImport(Glibc)
    internal import Glibc
#endif

extension Reference {
    /// ``GemmKernels/multiply`` over an unpacked B, whose B[k, n] is at `b[k·depthStride + n·columnStride]`.
    package static func gemm(_ g: GemmF32, b: UnsafePointer<Float>, depthStride: Int, columnStride: Int, fused: Bool) {
        for m in 0..<g.rows {
            for n in 0..<g.columns {
                var sum: Float = 0
                for k in 0..<g.depth {
                    let x = g.a[m * g.aRowStride + k * g.aDepthStride]
                    let y = b[k * depthStride + n * columnStride]
                    sum = fused ? sum.addingProduct(x, y) : sum + x * y
                }
                let e = g.epilogue
                var value = (e.columnBias?[n] ?? 0) + (e.rowBias?[m] ?? 0)
                value = fused ? value.addingProduct(sum, e.scale) : value + sum * e.scale
                if let r = e.residual?[m * e.residualRowStride + n] {
                    value = fused ? value.addingProduct(r, e.residualScale) : value + r * e.residualScale
                }
                g.c[m * g.cRowStride + n] = Float(activate(e.activation, Double(value)))
            }
        }
    }

    /// An activation in double precision.
    package static func activate(_ f: Activation, _ x: Double) -> Double {
        let alpha = Double(f.alpha)
        let beta = Double(f.beta)
        let softplus = x > 0 ? x + log1p(exp(-x)) : log1p(exp(x))
        let gate = min(max(alpha * x + beta, 0), 1)
        switch f.kind {
        case .identity: return x
        case .relu: return x < 0 ? 0 : x
        case .clip: return x < alpha ? alpha : x > beta ? beta : x
        case .leakyRelu: return x < 0 ? alpha * x : x
        case .sigmoid: return 1 / (1 + exp(-x))
        case .tanh: return Glibc.tanh(x)
        case .gelu: return x == -.infinity ? -0.0 : 0.5 * x * erfc(-x * 0.7071067811865476)
        case .geluTanh: return x == -.infinity ? -0.0 : x / (1 + exp(-2 * 0.7978845608028654 * (x + 0.044715 * x * x * x)))
        case .silu: return x == -.infinity ? -0.0 : x / (1 + exp(-alpha * x))
        case .hardSigmoid: return x.isNaN ? x : gate
        case .hardSwish: return x.isNaN ? x : x * gate
        case .elu: return x < 0 ? alpha * expm1(x) : x
        case .mish: return x == -.infinity ? -0.0 : x * Glibc.tanh(softplus)
        case .softplus: return softplus
        }
    }
}
