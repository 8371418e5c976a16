public import Batching

/// What became of a request's time, for statistics and for callers who ask. All on the core's clock.
public struct RequestTiming: Sendable, Hashable {
    public internal(set) var arrivedNanos: Int64 = 0
    /// When a lane took it; 0 when none did.
    public internal(set) var startedNanos: Int64 = 0
    /// When its rows were in the batch's buffer.
    public internal(set) var gatheredNanos: Int64 = 0
    /// When the model was done.
    public internal(set) var computedNanos: Int64 = 0
    public internal(set) var finishedNanos: Int64 = 0
    /// Rows of the batch that the request ran in, all requests together.
    public internal(set) var batchRows = 0
    public internal(set) var closeReason = CloseReason.idleLane
    /// The answer came from the response cache.
    public internal(set) var isCacheHit = false

    public init() {}

    public var queueNanos: Int64 { max(0, startedNanos - arrivedNanos) }
    public var computeInputNanos: Int64 { max(0, gatheredNanos - startedNanos) }
    public var computeNanos: Int64 { max(0, computedNanos - gatheredNanos) }
    public var computeOutputNanos: Int64 { max(0, finishedNanos - computedNanos) }
    public var totalNanos: Int64 { max(0, finishedNanos - arrivedNanos) }
}
