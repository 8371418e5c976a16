public import Monitoring
internal import Synchronization

/// What one step of an ensemble has done, counted without locks.
public final class StepStatistics: Sendable {
    /// The numbers at one moment.
    public struct Snapshot: Sendable, Hashable {
        /// Runs that gave an answer, and those that failed, with the time from the step's start to its end.
        public var success = VersionStatistics.Duration()
        public var fail = VersionStatistics.Duration()
        /// Time that the step's requests waited in the queues of its model.
        public var queueNanos: UInt64 = 0
        /// Times that a condition or a missing tensor kept the step from running.
        public var skipped: UInt64 = 0
    }

    let success = VersionStatistics.Sum()
    let fail = VersionStatistics.Sum()
    private let queue = VersionStatistics.Sum()
    private let skips = Atomic<UInt64>(0)
    private let usual = Atomic<Int64>(0)
    /// From the step's start to its end; in nanoseconds.
    public let times = Histogram()

    init() {}

    /// What the step takes without waiting, by recent experience.
    var usualNanos: Int64 { usual.load(ordering: .relaxed) }

    func book(_ nanos: Int64, queueNanos: Int64, failed: Bool) {
        if failed { return fail.add(nanos) }
        success.add(nanos)
        queue.add(queueNanos)
        times.record(nanos)
        let before = usual.load(ordering: .relaxed)
        let work = max(0, nanos - queueNanos)
        // Two threads may lose one another's sample: it is an estimate.
        usual.store(before == 0 ? work : before + (work - before) / 8, ordering: .relaxed)
    }

    func skip() { skips.wrappingAdd(1, ordering: .relaxed) }

    public var snapshot: Snapshot {
        Snapshot(success: success.value, fail: fail.value, queueNanos: queue.value.nanos, skipped: skips.load(ordering: .relaxed))
    }
}
