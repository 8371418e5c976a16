internal import Synchronization

/// What the steps of one request did, and when: made only for callers who ask.
public final class EnsembleTrace: Sendable {
    /// One step, or the part of it that ran for one row.
    public struct Entry: Sendable {
        public var step: String
        /// On the core's clock; 0 for a step that did not run.
        public var startedNanos: Int64
        public var nanos: Int64
        public var queueNanos: Int64
        /// Rows that it ran on; nil for all.
        public var rows: Int?
        public var isSkipped: Bool
        /// Why it failed; empty when it did not.
        public var error: String
        /// The steps of a member that is an ensemble itself.
        public var inner: [Entry]
    }

    private struct State {
        var entries: [Entry] = []
        var nested: [(step: String, trace: EnsembleTrace)] = []
    }

    private let state = Mutex(State())

    public init() {}

    /// The steps that ended, in the order in which they did.
    public var entries: [Entry] {
        let state = state.withLock { $0 }
        return state.entries.map { entry in
            var entry = entry
            entry.inner = state.nested.filter { $0.step == entry.step }.flatMap { $0.trace.entries }
            return entry
        }
    }

    func ran(_ step: String, from startedNanos: Int64, nanos: Int64, queueNanos: Int64, rows: Int?, error: ServingError?) {
        state.withLock {
            $0.entries.append(
                Entry(
                    step: step, startedNanos: startedNanos, nanos: nanos, queueNanos: queueNanos, rows: rows, isSkipped: false,
                    error: error?.message ?? "", inner: []))
        }
    }

    func skipped(_ step: String) {
        state.withLock {
            $0.entries.append(Entry(step: step, startedNanos: 0, nanos: 0, queueNanos: 0, rows: nil, isSkipped: true, error: "", inner: []))
        }
    }

    func nested(_ step: String) -> EnsembleTrace {
        let trace = EnsembleTrace()
        state.withLock { $0.nested.append((step, trace)) }
        return trace
    }
}
