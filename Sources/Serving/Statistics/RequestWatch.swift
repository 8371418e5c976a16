internal import Synchronization

/// Hears of requests that are worth a line: those that took long, those that failed by our fault, or all while somebody wants to see all.
///
/// A request that is none of these costs one load. Any thread.
public final class RequestWatch: Sendable {
    /// What became of one request.
    public struct Report: Sendable {
        public var model: String
        public var version: Int64
        public var id: String
        public var trace: TraceContext?
        public var timing: RequestTiming
        public var error: ServingError?
        /// It took longer than ``RequestWatch/slowNanos``.
        public var isSlow: Bool
    }

    private let slow: Atomic<Int64>
    private let all = Atomic<Bool>(false)
    /// The least time that is reported: one of the two above, in one place.
    private let least: Atomic<Int64>
    private let report: @Sendable (Report) -> Void

    /// - Parameters:
    ///   - slowNanos: requests that take longer are reported; `Int64.max` for none.
    ///   - report: called on whatever thread has the answer, before the caller gets it. Must not block for long.
    public init(slowNanos: Int64 = .max, report: @escaping @Sendable (Report) -> Void = { _ in }) {
        slow = Atomic(slowNanos)
        least = Atomic(slowNanos)
        self.report = report
    }

    public var slowNanos: Int64 { slow.load(ordering: .relaxed) }

    /// Whether every request is reported.
    public var seesAll: Bool {
        get { all.load(ordering: .relaxed) }
        set {
            all.store(newValue, ordering: .relaxed)
            least.store(newValue ? .min : slowNanos, ordering: .relaxed)
        }
    }

    /// Takes note of an answered request, which is still the core's.
    @inline(__always)
    func look(_ request: InferenceRequest, _ version: ModelVersion) {
        if request.timing.totalNanos > least.load(ordering: .relaxed) || request.error?.code == .internal { tell(request, version) }
    }

    @inline(never)
    private func tell(_ request: InferenceRequest, _ version: ModelVersion) {
        report(
            Report(
                model: version.model, version: version.number, id: request.id.string, trace: request.traceContext, timing: request.timing,
                error: request.error, isSlow: request.timing.totalNanos > slowNanos))
    }
}
