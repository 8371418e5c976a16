internal import HTTP2
internal import Synchronization

/// The memory that the messages of one connection may take: nobody can fill everybody's. Safe from any thread, since a message may be let
/// go on any.
final class MessageShare: Sendable {
    /// Buffers up to this capacity are not counted: as many as a connection may have streams are little, and counting would cost every call.
    static let uncountedBytes = 16 << 10

    private let used = Atomic<Int>(0)
    private let limit: Int
    private let counters: WireCounters

    init(limit: Int, counters: WireCounters) {
        self.limit = limit
        self.counters = counters
    }

    /// - Throws: RESOURCE_EXHAUSTED when there is not as much left.
    func reserve(_ count: Int) throws(Status) {
        let now = used.wrappingAdd(count, ordering: .relaxed).newValue
        if now <= limit { return }
        used.wrappingSubtract(count, ordering: .relaxed)
        counters.count(.connectionMemoryExceeded)
        throw Status(.resourceExhausted, "messages of this connection take all the memory that one may (\(limit) bytes)")
    }

    func release(_ count: Int) {
        used.wrappingSubtract(count, ordering: .relaxed)
    }
}
