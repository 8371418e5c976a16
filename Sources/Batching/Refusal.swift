/// Why a task will not run.
public enum Refusal: Sendable, Hashable {
    /// As many tasks wait as may.
    case queueFull(limit: Int, retryAfterNanos: Int64)
    /// The waiting tasks hold as many bytes as they may.
    case queueBytes(limit: Int, retryAfterNanos: Int64)
    /// More tasks are under way than lately could be answered in time.
    case overloaded(limit: Int, retryAfterNanos: Int64)
    /// By the measured run times the answer would come too late.
    case unreachableDeadline(predictedNanos: Int64, leftNanos: Int64)
    /// The deadline passed while the task waited.
    case expired
    /// The task waited longer than its level allows.
    case queueTimeout(afterNanos: Int64)
    /// More rows than one task may bring.
    case tooManyRows(limit: Int)
    case cancelled
    /// The queue takes nothing any more.
    case closed
}

/// The answer to an attempt to enter a queue.
public enum Admission: Sendable, Hashable {
    case admitted(Wake)
    case refused(Refusal)
}

/// Whether a lane should look at the queue.
public enum Wake: Sendable, Hashable {
    /// Nothing to do: the lanes are busy, or a look is already due.
    case no
    case now
    /// Not before this time, unless more tasks come.
    case at(nanos: Int64)
}
