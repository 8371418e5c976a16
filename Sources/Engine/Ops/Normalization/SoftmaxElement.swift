internal import Kernels

/// A type that a softmax is computed in.
protocol SoftmaxElement: Real {
    /// y = e^(x - max) / Σ e^(x - max) over `count` > 0 elements, or its logarithm; x and y may be the same.
    static func softmax(_ x: UnsafePointer<Self>, _ count: Int, _ y: UnsafeMutablePointer<Self>, isLogarithmic: Bool)
}

extension Float: SoftmaxElement {
    static func softmax(_ x: UnsafePointer<Float>, _ count: Int, _ y: UnsafeMutablePointer<Float>, isLogarithmic: Bool) {
        let rows = Kernels.table.rows
        if isLogarithmic { rows.logSoftmax(x, y, 1, count) } else { rows.softmax(x, y, 1, count) }
    }
}

extension Double: SoftmaxElement {
    static func softmax(_ x: UnsafePointer<Double>, _ count: Int, _ y: UnsafeMutablePointer<Double>, isLogarithmic: Bool) {
        exponentiate(x, count, y, isLogarithmic)
    }
}

@inline(__always)
private func exponentiate<T: Real>(_ x: UnsafePointer<T>, _ count: Int, _ y: UnsafeMutablePointer<T>, _ isLogarithmic: Bool) {
    var largest = x[0]
    for i in 0..<count { largest = max(largest, x[i]) }
    var sum: T = 0
    if isLogarithmic {
        for i in 0..<count { sum += T.exp(x[i] - largest) }
        let offset = largest + T.log(sum)
        for i in 0..<count { y[i] = x[i] - offset }
    } else {
        for i in 0..<count {
            y[i] = T.exp(x[i] - largest)
            sum += y[i]
        }
        for i in 0..<count { y[i] /= sum }
    }
}
