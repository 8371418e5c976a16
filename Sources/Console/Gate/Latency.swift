/// Percentiles of measured times, in milliseconds.
struct Latency: Sendable, Hashable {
    let count: Int
    let p50: Double
    let p99: Double

    /// Nil without measurements.
    init?(_ nanos: [Int64]) {
        guard !nanos.isEmpty else { return nil }
        let sorted = nanos.sorted()
        func at(_ share: Double) -> Double { Double(sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]) / 1e6 }
        count = sorted.count
        p50 = at(0.5)
        p99 = at(0.99)
    }
}
