internal import Kernels

/// A type that rows are normalised in.
protocol RowNormalizable: Real {
    /// y = (x - mean) / √(variance + epsilon) · scale + bias, or without the mean, the mean of squares standing for the variance.
    ///
    /// The order of every sum depends on `count` alone.
    static func normalize(
        _ x: UnsafePointer<Self>, _ count: Int, _ scale: UnsafePointer<Self>?, _ bias: UnsafePointer<Self>?, _ epsilon: Self,
        isCentered: Bool, into y: UnsafeMutablePointer<Self>)
}

extension RowNormalizable {
    /// What ``normalize(_:_:_:_:_:isCentered:into:)`` divides by, and what it takes off before.
    static func statistics(_ x: UnsafePointer<Self>, _ count: Int, _ epsilon: Self, isCentered: Bool) -> (mean: Self, inverseDeviation: Self) {
        let mean = isCentered ? sum(x, count: count) / Self(count) : 0
        let variance = sumOfSquares(x, count: count, around: mean) / Self(count)
        return (mean, 1 / (variance + epsilon).squareRoot())
    }
}

extension Float: RowNormalizable {
    static func normalize(
        _ x: UnsafePointer<Float>, _ count: Int, _ scale: UnsafePointer<Float>?, _ bias: UnsafePointer<Float>?, _ epsilon: Float,
        isCentered: Bool, into y: UnsafeMutablePointer<Float>
    ) {
        let rows = Kernels.table.rows
        if isCentered { rows.layerNorm(x, scale, bias, epsilon, y, 1, count) } else { rows.rmsNorm(x, scale, bias, epsilon, y, 1, count) }
    }
}

extension Double: RowNormalizable {
    static func normalize(
        _ x: UnsafePointer<Double>, _ count: Int, _ scale: UnsafePointer<Double>?, _ bias: UnsafePointer<Double>?, _ epsilon: Double,
        isCentered: Bool, into y: UnsafeMutablePointer<Double>
    ) {
        let (mean, inverse) = statistics(x, count, epsilon, isCentered: isCentered)
        for i in 0..<count { y[i] = (x[i] - mean) * inverse * (scale.map { $0[i] } ?? 1) + (bias.map { $0[i] } ?? 0) }
    }
}
