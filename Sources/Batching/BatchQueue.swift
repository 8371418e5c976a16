/// The queue before one model version: admits, orders, gathers and lets go. It decides; whoever owns it acts.
///
/// A value that does no I/O, takes no lock and reads no clock: every call brings the time along. The owner serialises the calls.
/// Protocol of use: ``admit(_:_:nowNanos:)`` for each task; a lane with nothing to do calls ``next(nowNanos:into:)``, runs what it got and
/// reports it with ``finish(_:runNanos:inTime:late:nowNanos:)``.
public struct BatchQueue<Task: BatchTask>: ~Copyable {
    public let policy: BatchingPolicy
    /// Order of a task that has no time to keep: as if it wanted to be done in this time. So that those with deadlines pass, but not for ever.
    public static var patienceNanos: Int64 { 1_000_000_000 }

    var levels: [PriorityLevel<Task>]
    public internal(set) var curve = LatencyCurve()
    var detector = StandingQueueDetector()
    var inFlightLimit: InFlightLimit

    public internal(set) var queuedTasks = 0
    public internal(set) var queuedRows = 0
    public internal(set) var queuedBytes = 0
    /// Batches that run now, and the tasks in them.
    public internal(set) var runningBatches = 0
    public internal(set) var runningTasks = 0
    /// A look that a lane has been asked to take and has not taken yet, so that it is not asked twice.
    var isLookDue = false
    var lookAtNanos: Int64 = .max
    var isClosed = false

    /// Real waits over predicted ones: other models use the lanes too.
    var waitFactor = 1.0
    /// When a run last began.
    var lastStartNanos: Int64?
    /// Rows a batch takes at most when the configuration names no sizes, by the measured rates.
    var efficientRows: Int
    /// Entries passed over while a batch forms; kept for its memory.
    var passedOver: [QueueEntry<Task>] = []

    public init(policy: BatchingPolicy) {
        self.policy = policy
        self.levels = policy.levels.map(PriorityLevel.init(policy:))
        self.efficientRows = policy.maxRows
        self.inFlightLimit = InFlightLimit(
            floor: policy.maxRows * policy.lanes, ceiling: policy.limits.maxQueuedTasks + policy.maxRows * policy.lanes)
    }

    /// True when a standing queue eats the budgets, and the newest task is taken first.
    public var isOverloaded: Bool { detector.isOverloaded }

    /// Tasks that may be under way at once, by recent experience.
    public var inFlightTaskLimit: Int { inFlightLimit.limit }

    public var inFlightTasks: Int { queuedTasks + runningTasks }

    /// Teaches the curve a run that did not come from the queue, such as one of the warm-up.
    public mutating func seed(rows: Int, runNanos: Int64) {
        guard curve.record(rows: rows, runNanos: runNanos) else { return }
        efficientRows = curve.efficientRows(limit: policy.maxRows)
    }

    /// Takes nothing any more; what waits is still run.
    public mutating func close() { isClosed = true }

    /// Reports the end of a batch that ``next(nowNanos:into:)`` or ``startInline(nowNanos:)`` started.
    ///
    /// - Parameters:
    ///   - rows, tasks: of the batch.
    ///   - runNanos: time the lane was taken, or nil when the run failed and says nothing about the curve.
    ///   - inTime, late: tasks with a time to keep, by whether it was kept.
    public mutating func finish(rows: Int, tasks: Int, runNanos: Int64?, inTime: Int, late: Int, nowNanos: Int64) -> Wake {
        inFlightLimit.answered(inTime: inTime, late: late, inFlight: inFlightTasks, nowNanos: nowNanos)
        runningBatches -= 1
        runningTasks -= tasks
        if let runNanos { seed(rows: rows, runNanos: runNanos) }
        return wakeAfterChange()
    }

    /// So long without a run that the curve may be stale, and a task that it calls hopeless is worth a try.
    func isProbeDue(nowNanos: Int64) -> Bool {
        guard let lastStartNanos else { return true }
        return nowNanos - lastStartNanos > Self.probeIntervalNanos
    }

    static var probeIntervalNanos: Int64 { 250_000_000 }

    /// Whether somebody should look, now that a lane was set free or tasks were left.
    mutating func wakeAfterChange() -> Wake {
        guard queuedTasks > 0, runningBatches < policy.lanes, !isLookDue else { return .no }
        isLookDue = true
        return .now
    }
}
