/// When repeated runs agree: the last three have throughputs, and medians, within a share of each other.
public struct Stability: Sendable {
    public var tolerance: Double
    /// Runs after which it is given up.
    public var maxRuns = 10
    private var history: [(rate: Double, median: Double)] = []

    public init(tolerance: Double) { self.tolerance = tolerance }

    /// Notes a run; true once the last three agree.
    public mutating func note(requestsPerSecond: Double, medianNanos: Double) -> Bool {
        history.append((requestsPerSecond, medianNanos))
        guard history.count >= 3 else { return false }
        let recent = history.suffix(3)
        return agree(recent.map(\.rate)) && agree(recent.map(\.median))
    }

    public var runs: Int { history.count }

    private func agree(_ values: [Double]) -> Bool {
        guard let low = values.min(), let high = values.max(), low > 0 else { return false }
        return high <= low * (1 + tolerance)
    }
}
