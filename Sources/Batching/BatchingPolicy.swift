/// How one model's requests gather into batches. Everything has a default that needs no thought.
public struct BatchingPolicy: Sendable, Hashable {
    /// The most rows that one run may take, at least 1. A larger task runs in parts.
    public var maxRows: Int
    /// Batches that may run at once.
    public var lanes: Int
    /// The time from arrival to answer that the owner of the model wants kept, when the task has no tighter deadline of its own.
    public var objectiveNanos: Int64?
    /// Row counts worth waiting for, ascending. Empty: any.
    public var preferredRows: [Int]
    /// How long the first task of a batch may wait for company although a lane is idle.
    public var maxQueueDelayNanos: Int64
    /// Answers leave in the order in which the tasks came.
    public var preservesOrder: Bool
    /// Level that a task without a priority belongs to, counted from 1.
    public var defaultLevel: Int
    /// One policy a level, the most urgent first; never empty.
    public var levels: [QueuePolicy]
    public var limits: BatchingLimits

    public init(
        maxRows: Int = 1, lanes: Int = 1, objectiveNanos: Int64? = nil, preferredRows: [Int] = [], maxQueueDelayNanos: Int64 = 0,
        preservesOrder: Bool = false, defaultLevel: Int = 1, levels: [QueuePolicy] = [QueuePolicy()],
        limits: BatchingLimits = BatchingLimits()
    ) {
        self.maxRows = max(1, maxRows)
        self.lanes = max(1, lanes)
        self.objectiveNanos = objectiveNanos
        self.preferredRows = preferredRows.filter { $0 > 0 && $0 <= max(1, maxRows) }.sorted()
        self.maxQueueDelayNanos = max(0, maxQueueDelayNanos)
        self.preservesOrder = preservesOrder
        self.levels = levels.isEmpty ? [QueuePolicy()] : levels
        self.defaultLevel = min(max(1, defaultLevel), max(1, levels.count))
        self.limits = limits
    }
}

/// What happens to tasks that wait too long in one priority level.
public struct QueuePolicy: Sendable, Hashable {
    public enum TimeoutAction: Sendable, Hashable {
        /// The task is refused.
        case reject
        /// The task stays, behind everything that has not timed out.
        case delay
    }

    public var timeoutAction: TimeoutAction
    /// Time in the queue after which the action is taken; nil for never.
    public var defaultTimeoutNanos: Int64?
    /// A task may bring a shorter timeout of its own.
    public var allowsTimeoutOverride: Bool
    /// Tasks that may wait in this level; nil leaves it to ``BatchingLimits/maxQueuedTasks``.
    public var maxQueueSize: Int?

    public init(
        timeoutAction: TimeoutAction = .reject, defaultTimeoutNanos: Int64? = nil, allowsTimeoutOverride: Bool = true,
        maxQueueSize: Int? = nil
    ) {
        self.timeoutAction = timeoutAction
        self.defaultTimeoutNanos = defaultTimeoutNanos
        self.allowsTimeoutOverride = allowsTimeoutOverride
        self.maxQueueSize = maxQueueSize
    }

    /// The queue timeout of `ticket` under this policy. A task may shorten the policy's time, never lengthen it.
    func timeoutNanos(of ticket: Ticket) -> Int64? {
        guard allowsTimeoutOverride, let own = ticket.queueTimeoutNanos, own > 0 else { return defaultTimeoutNanos }
        guard let fixed = defaultTimeoutNanos else { return own }
        return min(fixed, own)
    }
}

/// The bounds of one queue. Past a bound a task is refused at once; memory never grows.
public struct BatchingLimits: Sendable, Hashable {
    /// Tasks waiting: protects the latency of those already in. Beyond: refused, with a hint when to try again.
    public var maxQueuedTasks: Int
    /// Bytes that waiting tasks hold: protects the process. Beyond: refused, with a hint when to try again.
    public var maxQueuedBytes: Int
    /// Tasks looked at past the first one that does not fit the batch's shapes: bounds the work under the queue's lock. Beyond: the batch closes.
    public var maxLookAhead: Int
    /// Rows of one task: bounds how long a single caller can hold the lanes. Beyond: refused for good.
    public var maxTaskRows: Int

    public init(
        maxQueuedTasks: Int = 10_000, maxQueuedBytes: Int = 1 << 30, maxLookAhead: Int = 64, maxTaskRows: Int = 1 << 20
    ) {
        self.maxQueuedTasks = maxQueuedTasks
        self.maxQueuedBytes = maxQueuedBytes
        self.maxLookAhead = maxLookAhead
        self.maxTaskRows = maxTaskRows
    }
}
