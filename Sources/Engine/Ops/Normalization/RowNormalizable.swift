/// A type that rows are normalised in.
protocol RowNormalizable: Real {
    /// y = (x - mean) / √(variance + epsilon) · scale + bias, or without the mean, the mean of squares standing for the variance.
    ///
    /// The order of every sum depends on `count` alone.
    @discardableResult
    static func normalize(
        _ x: UnsafePointer<Self>, _ count: Int, _ scale: UnsafePointer<Self>?, _ bias: UnsafePointer<Self>?, _ epsilon: Self,
        isCentered: Bool, into y: UnsafeMutablePointer<Self>
    ) -> (mean: Self, inverseDeviation: Self)
}

extension Float: RowNormalizable {
    static func normalize(
        _ x: UnsafePointer<Float>, _ count: Int, _ scale: UnsafePointer<Float>?, _ bias: UnsafePointer<Float>?, _ epsilon: Float,
        isCentered: Bool, into y: UnsafeMutablePointer<Float>
    ) -> (mean: Float, inverseDeviation: Float) { row(x, count, scale, bias, epsilon, isCentered, y) }
}

extension Double: RowNormalizable {
    static func normalize(
        _ x: UnsafePointer<Double>, _ count: Int, _ scale: UnsafePointer<Double>?, _ bias: UnsafePointer<Double>?, _ epsilon: Double,
        isCentered: Bool, into y: UnsafeMutablePointer<Double>
    ) -> (mean: Double, inverseDeviation: Double) { row(x, count, scale, bias, epsilon, isCentered, y) }
}

@inline(__always)
private func row<T: Real>(
    _ x: UnsafePointer<T>, _ count: Int, _ scale: UnsafePointer<T>?, _ bias: UnsafePointer<T>?, _ epsilon: T, _ isCentered: Bool,
    _ y: UnsafeMutablePointer<T>
) -> (mean: T, inverseDeviation: T) {
    let mean = isCentered ? T.sum(x, count: count) / T(count) : 0
    let variance = T.sumOfSquares(x, count: count, around: mean) / T(count)
    let inverse = 1 / (variance + epsilon).squareRoot()
    switch (scale, bias) {
    case (let scale?, let bias?): for i in 0..<count { y[i] = (x[i] - mean) * inverse * scale[i] + bias[i] }
    case (let scale?, nil): for i in 0..<count { y[i] = (x[i] - mean) * inverse * scale[i] }
    case (nil, let bias?): for i in 0..<count { y[i] = (x[i] - mean) * inverse + bias[i] }
    case (nil, nil): for i in 0..<count { y[i] = (x[i] - mean) * inverse }
    }
    return (mean, inverse)
}
