internal import Batching
internal import Synchronization

extension Refusal {
    /// The error that the caller is told, counted by its reason.
    func error(model: String, statistics: VersionStatistics) -> ServingError {
        switch self {
        case .queueFull(let limit, let retry):
            statistics.refuse(.queueFull)
            return ServingError(
                .resourceExhausted, "the queue of model '\(model)' is full: \(limit) requests wait; try again in \(Self.millis(retry)) ms",
                retryAfterNanos: retry)
        case .queueBytes(let limit, let retry):
            statistics.refuse(.queueBytes)
            return ServingError(
                .resourceExhausted,
                "the queue of model '\(model)' is full: its requests may hold \(limit) bytes; try again in \(Self.millis(retry)) ms",
                retryAfterNanos: retry)
        case .overloaded(let limit, let retry):
            statistics.refuse(.overloaded)
            return ServingError(
                .resourceExhausted,
                "model '\(model)' has \(limit) requests under way, as many as it answers in time; try again in \(Self.millis(retry)) ms",
                retryAfterNanos: retry)
        case .unreachableDeadline(let predicted, let left):
            statistics.refuse(.unreachableDeadline)
            return ServingError(
                .deadlineExceeded,
                "model '\(model)' would need about \(predicted / 1000) µs, but the deadline leaves \(max(0, left) / 1000) µs")
        case .expired:
            statistics.refuse(.expired)
            return ServingError(.deadlineExceeded, "the deadline passed before model '\(model)' could run")
        case .queueTimeout(let after):
            statistics.refuse(.queueTimeout)
            return ServingError(.deadlineExceeded, "the request waited \(after / 1000) µs for model '\(model)', as long as its queue allows")
        case .tooManyRows(let limit):
            statistics.refuse(.tooManyRows)
            return ServingError(.invalidArgument, "a request for model '\(model)' may have at most \(limit) rows")
        case .cancelled:
            statistics.cancelled.wrappingAdd(1, ordering: .relaxed)
            return ServingError(.cancelled, "the request was cancelled")
        case .closed:
            statistics.refuse(.draining)
            return ServingError(.unavailable, "model '\(model)' takes no more requests: it is being unloaded")
        }
    }

    private static func millis(_ nanos: Int64) -> Int64 { max(1, nanos / 1_000_000) }
}
