/// Tells a burst from a standing queue, as CoDel does: by the least wait within an interval, not by the length.
///
/// A wait is measured against the waiting task's own budget, so that a queue that everybody can afford is not overload.
public struct StandingQueueDetector: Sendable {
    /// How long the queue must stand before it counts.
    public static let intervalNanos: Int64 = 100_000_000
    /// Share of its budget that even the luckiest task spends waiting before that is overload.
    public static let share = 0.5

    private var windowEndNanos: Int64 = .min
    private var leastShare = Double.infinity
    public private(set) var isOverloaded = false

    public init() {}

    /// Takes in how long the task at the head of the queue has waited, whenever a lane takes work.
    public mutating func observe(waitNanos: Int64, budgetNanos: Int64, nowNanos: Int64) {
        guard budgetNanos != .max, budgetNanos > 0 else { return }
        if nowNanos >= windowEndNanos {
            if windowEndNanos != .min, leastShare.isFinite { isOverloaded = leastShare > Self.share }
            windowEndNanos = nowNanos &+ Self.intervalNanos
            leastShare = .infinity
        }
        leastShare = min(leastShare, Double(waitNanos) / Double(budgetNanos))
        if leastShare <= Self.share { isOverloaded = false }
    }

    /// The queue ran empty: whatever it was, it stands no more.
    public mutating func emptied() {
        isOverloaded = false
        leastShare = 0
    }
}
