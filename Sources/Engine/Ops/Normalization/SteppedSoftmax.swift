/// A softmax whose every step is rounded.
enum SteppedSoftmax {
    /// Elements are `stride` apart; x and y may be the same.
    ///
    /// - Parameter roundsPartialSums: every addition is rounded, not only the whole sum.
    static func run<T: Real>(
        _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, count: Int, stride: Int, roundsPartialSums: Bool, round: (T) -> T
    ) {
        guard count > 0 else { return }
        var largest = x[0]
        for i in 0..<count { largest = max(largest, x[i * stride]) }
        var sum: T = 0
        for i in 0..<count {
            let power = round(T.exp(round(x[i * stride] - largest)))
            y[i * stride] = power
            sum = roundsPartialSums ? round(sum + power) : sum + power
        }
        sum = round(sum)
        for i in 0..<count { y[i * stride] = round(y[i * stride] / sum) }
    }
}
