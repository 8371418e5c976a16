/// Decides whether a run that has all processors to itself is spread over them, by what both ways took lately.
///
/// Spreading pays for models with large operators and costs those with many small ones, and which is which only the runs tell.
/// A value that reads no clock; its owner serialises the calls.
package struct SpreadChoice: Sendable {
    /// What runs took one way, as a share of what was expected of them: models with open extents have runs of all lengths.
    private struct Record {
        var share = 0.0
        var samples = 0

        mutating func take(_ value: Double) {
            // One run that the system took off its processor must not decide.
            let bounded = samples >= 4 ? min(value, share * 2) : value
            share += (bounded - share) * max(Self.gain, 1 / Double(samples + 1))
            samples = min(samples + 1, 1 << 20)
        }

        static let gain = 0.1
    }

    private var spread = Record()
    private var alone = Record()
    private var decisions = 0

    package init() {}

    /// Runs shorter than this are not worth waking a thread for.
    package static let leastNanos: Int64 = 200_000
    /// Runs each way before one is preferred.
    package static let trials = 6
    /// Of so many runs one goes the way that did worse, for what holds may change.
    package static let retrialInterval = 50
    /// Spreading takes more processor time in all, so it must save this share of the wait.
    static let worthwhile = 0.92

    /// - Parameters:
    ///   - isIdle: nothing else runs.
    ///   - expectedNanos: what the run should take, by the latency curve; nil when that is not known.
    package mutating func next(isIdle: Bool, expectedNanos: Int64?) -> Bool {
        guard isIdle, let expectedNanos, expectedNanos >= Self.leastNanos else { return false }
        decisions &+= 1
        if spread.samples < Self.trials || alone.samples < Self.trials { return spread.samples <= alone.samples }
        let isBetter = spread.share < alone.share * Self.worthwhile
        return decisions % Self.retrialInterval == 0 ? !isBetter : isBetter
    }

    /// Takes in a run that had all processors to itself from beginning to end.
    package mutating func record(wasSpread: Bool, runNanos: Int64, expectedNanos: Int64) {
        guard runNanos > 0, expectedNanos > 0 else { return }
        let share = Double(runNanos) / Double(expectedNanos)
        if wasSpread { spread.take(share) } else { alone.take(share) }
    }
}
