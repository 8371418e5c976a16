#if canImport(Glibc)
    internal import Glibc
#endif

extension Reference {
    /// A function of one float: the kernel, and what it stands for in double precision.
    package struct Unary: Sendable {
        package let name: String
        package let kernel: @Sendable (KernelTable) -> UnaryKernel
        package let exact: @Sendable (Double) -> Double
        /// The largest error over all floats, in units of the last place, rounded up.
        package let bound: Double

        init(
            _ name: String, _ kernel: @escaping @Sendable (KernelTable) -> UnaryKernel, _ exact: @escaping @Sendable (Double) -> Double,
            bound: Double
        ) {
            self.name = name
            self.kernel = kernel
            self.exact = exact
            self.bound = bound
        }

        init(_ name: String, _ activation: Activation, bound: Double) {
            self.init(name, { table in { table.unary.activate(activation, $0, $1, $2) } }, { activate(activation, $0) }, bound: bound)
        }
    }

    /// Every function that is not exact by nature.
    package static let unaries: [Unary] = [
        Unary("exp", { $0.unary.exp }, { Glibc.exp($0) }, bound: 1),
        Unary("log", { $0.unary.log }, { Glibc.log($0) }, bound: 1),
        Unary("tanh", { $0.unary.tanh }, { Glibc.tanh($0) }, bound: 1.5),
        Unary("sigmoid", { $0.unary.sigmoid }, { 1 / (1 + Glibc.exp(-$0)) }, bound: 3),
        Unary("erf", { $0.unary.erf }, { Glibc.erf($0) }, bound: 1.5),
        Unary("sin", { $0.unary.sin }, { Glibc.sin($0) }, bound: 2),
        Unary("cos", { $0.unary.cos }, { Glibc.cos($0) }, bound: 2),
        Unary("gelu", .gelu, bound: 5),
        Unary("geluTanh", .geluTanh, bound: 200),
        Unary("silu", .silu, bound: 4),
        Unary("softplus", .softplus, bound: 2),
        Unary("mish", .mish, bound: 4),
        Unary("elu", .elu(1), bound: 1),
    ]

    /// Distance of `value` from the exact `expected`, in units of the last place of the float nearest to it; results below
    /// 2⁻¹¹⁸, where denormals begin to be met on the way, are measured as if they were that large.
    package static func ulps(_ value: Float, _ expected: Double) -> Double {
        let nearest = Float(expected)
        if value == nearest || value.isNaN && nearest.isNaN { return 0 }
        if value.isNaN || nearest.isNaN { return .infinity }
        // Beyond the greatest float the next place counts as a number.
        func place(_ x: Float) -> Double { x.isInfinite ? (x < 0 ? -0x1p128 : 0x1p128) : Double(x) }
        let unit = nearest.isInfinite ? Float.greatestFiniteMagnitude.ulp : Swift.max(nearest.ulp, 0x1p-142)
        return abs(place(value) - (nearest.isInfinite ? place(nearest) : expected)) / Double(unit)
    }

    /// The largest error over every `stride`th bit pattern, of which the first is `first`.
    package static func worst(_ function: Unary, _ table: KernelTable, first: UInt32, stride: UInt32) -> (ulps: Double, at: Float) {
        let kernel = function.kernel(table)
        let count = 1024
        var x = [Float](repeating: 0, count: count)
        var y = x
        var worst = (ulps: 0.0, at: Float(0))
        var next = UInt64(first)
        while next <= UInt64(UInt32.max) {
            var filled = 0
            while filled < count, next <= UInt64(UInt32.max) {
                x[filled] = Float(bitPattern: UInt32(next))
                filled += 1
                next += UInt64(stride)
            }
            kernel(x, &y, filled)
            for i in 0..<filled {
                let error = ulps(y[i], function.exact(Double(x[i])))
                if error > worst.ulps { worst = (error, x[i]) }
            }
        }
        return worst
    }
}
