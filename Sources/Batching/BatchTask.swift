/// What a queue holds: something with rows that can run beside others of its kind.
public protocol BatchTask: Sendable {
    /// True once nobody waits for the answer any more: the task is dropped instead of run. Any thread may ask.
    var isCancelled: Bool { get }

    /// Whether the rows of both fit one batch, such as tensors that differ in their leading extent only. Symmetric and transitive.
    func canShare(with other: Self) -> Bool
}

/// What the queue must know of a task to admit and order it.
public struct Ticket: Sendable {
    /// Rows that the task brings; fewer than 1 count as 1.
    public private(set) var rows: Int
    /// Memory that the task holds on to while it waits.
    public var byteCount: Int
    /// When the task arrived, on the queue's clock.
    public var arrivalNanos: Int64
    /// When its answer is worth nothing any more; `Int64.max` for never.
    public var deadlineNanos: Int64
    /// 1 is the most urgent level; 0 takes the policy's default. Numbers past the last level mean the last.
    public var priority: Int
    /// The time in the queue that the task itself allows, if it says so and the policy lets it.
    public var queueTimeoutNanos: Int64?

    public init(
        rows: Int = 1, byteCount: Int = 0, arrivalNanos: Int64, deadlineNanos: Int64 = .max, priority: Int = 0,
        queueTimeoutNanos: Int64? = nil
    ) {
        self.rows = max(1, rows)
        self.byteCount = byteCount
        self.arrivalNanos = arrivalNanos
        self.deadlineNanos = deadlineNanos
        self.priority = priority
        self.queueTimeoutNanos = queueTimeoutNanos
    }
}
