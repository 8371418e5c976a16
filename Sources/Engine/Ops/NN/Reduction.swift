internal import Kernels

/// Sums whose order depends on the number of elements alone.
protocol Summable: ComputeType {
    static func sum(_ x: UnsafePointer<Self>, count: Int) -> Self
    /// Σ (x - center)²
    static func sumOfSquares(_ x: UnsafePointer<Self>, count: Int, around center: Self) -> Self
}

extension Float: Summable {
    static func sum(_ x: UnsafePointer<Float>, count: Int) -> Float {
        var total: Float = 0
        Kernels.table.rows.sum(x, &total, 1, count)
        return total
    }

    static func sumOfSquares(_ x: UnsafePointer<Float>, count: Int, around center: Float) -> Float {
        var lanes = SIMD8<Float>.zero
        let whole = count & ~7
        for i in stride(from: 0, to: whole, by: 8) {
            let d = UnsafeRawPointer(x + i).loadUnaligned(as: SIMD8<Float>.self) - center
            lanes += d * d
        }
        var total = lanes.sum()
        for i in whole..<count { total += (x[i] - center) * (x[i] - center) }
        return total
    }
}

extension Double: Summable {
    static func sum(_ x: UnsafePointer<Double>, count: Int) -> Double {
        var total = 0.0
        for i in 0..<count { total += x[i] }
        return total
    }

    static func sumOfSquares(_ x: UnsafePointer<Double>, count: Int, around center: Double) -> Double {
        var total = 0.0
        for i in 0..<count { total += (x[i] - center) * (x[i] - center) }
        return total
    }
}
