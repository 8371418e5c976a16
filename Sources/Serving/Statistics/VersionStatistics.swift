public import Batching
public import Monitoring
internal import Synchronization

/// What one version has done, counted without locks. Durations are sums of nanoseconds.
///
/// A batch is booked once, however many requests share it, except for the times that differ from request to request.
public final class VersionStatistics: Sendable {
    /// A count of events and the time they took together.
    public struct Duration: Sendable, Hashable {
        public var count: UInt64
        public var nanos: UInt64

        public init(count: UInt64 = 0, nanos: UInt64 = 0) {
            self.count = count
            self.nanos = nanos
        }
    }

    /// What batches of one size have cost.
    public struct BatchSize: Sendable, Hashable {
        public var rows: Int
        public var computeInput: Duration
        public var computeInfer: Duration
        public var computeOutput: Duration
    }

    /// The numbers at one moment. Taken while requests run, they may differ by a request.
    public struct Snapshot: Sendable, Hashable {
        /// Milliseconds since 1970 of the latest answer; 0 for none.
        public var lastInferenceMillis: UInt64 = 0
        /// Rows answered, and runs that it took.
        public var inferenceCount: UInt64 = 0
        public var executionCount: UInt64 = 0
        public var success = Duration()
        public var fail = Duration()
        public var queue = Duration()
        public var computeInput = Duration()
        public var computeInfer = Duration()
        public var computeOutput = Duration()
        public var cacheHit = Duration()
        public var cacheMiss = Duration()
        public var batches: [BatchSize] = []
        public var refusals: [RefusalReason: UInt64] = [:]
        public var closeReasons: [CloseReason: UInt64] = [:]
        public var cancelled: UInt64 = 0
        /// Answers that came after the request's own deadline.
        public var deadlineMisses: UInt64 = 0
    }

    /// Why requests were turned away.
    public enum RefusalReason: UInt8, Sendable, Hashable, CaseIterable {
        case queueFull, queueBytes, overloaded, unreachableDeadline, expired, queueTimeout, tooManyRows, rateLimit, draining

        /// The word that metrics use.
        public var name: String {
            switch self {
            case .queueFull: "queue_full"
            case .queueBytes: "queue_bytes"
            case .overloaded: "overloaded"
            case .unreachableDeadline: "unreachable_deadline"
            case .expired: "expired"
            case .queueTimeout: "queue_timeout"
            case .tooManyRows: "too_many_rows"
            case .rateLimit: "rate_limit"
            case .draining: "draining"
            }
        }
    }

    /// A duration that any thread adds to.
    struct Sum: ~Copyable {
        private let count = Atomic<UInt64>(0)
        private let nanos = Atomic<UInt64>(0)

        borrowing func add(_ duration: Int64, count events: Int = 1) {
            count.wrappingAdd(UInt64(max(0, events)), ordering: .relaxed)
            nanos.wrappingAdd(UInt64(max(0, duration)), ordering: .relaxed)
        }

        var value: Duration { Duration(count: count.load(ordering: .relaxed), nanos: nanos.load(ordering: .relaxed)) }
    }

    /// Runs of one batch size.
    private final class SizeSums: Sendable {
        let input = Sum()
        let infer = Sum()
        let output = Sum()
    }

    private let lastInference = Atomic<UInt64>(0)
    private let inferences = Atomic<UInt64>(0)
    private let executions = Atomic<UInt64>(0)
    let success = Sum()
    let fail = Sum()
    let queue = Sum()
    let computeInput = Sum()
    let computeInfer = Sum()
    let computeOutput = Sum()
    let cacheHit = Sum()
    let cacheMiss = Sum()
    let cancelled = Atomic<UInt64>(0)
    let deadlineMisses = Atomic<UInt64>(0)
    /// From arrival to answer, of requests that got one; in nanoseconds.
    public let requestTimes = Histogram()
    /// From arrival to a lane; in nanoseconds.
    public let queueTimes = Histogram()
    /// The model's own part of each run; in nanoseconds.
    public let runTimes = Histogram()
    /// Rows of each run.
    public let runRows = Histogram()
    private let refusals: [RefusalCounter] = RefusalReason.allCases.map { _ in RefusalCounter() }
    private let closes: [RefusalCounter] = CloseReason.allCases.map { _ in RefusalCounter() }
    /// Runs of more rows than this are booked in bulk under the next power of two.
    static let exactSizes = 128
    private let sizes: [SizeSums]

    private final class RefusalCounter: Sendable {
        let count = Atomic<UInt64>(0)
    }

    public init() {
        sizes = (0..<(Self.exactSizes + 32)).map { _ in SizeSums() }
    }

    func refuse(_ reason: RefusalReason) { refusals[Int(reason.rawValue)].count.wrappingAdd(1, ordering: .relaxed) }

    private static func place(of rows: Int) -> Int {
        if rows <= exactSizes { return max(0, rows - 1) }
        return exactSizes + min(31, Int.bitWidth - (rows - 1).leadingZeroBitCount - 8)
    }

    private static func rows(at place: Int) -> Int {
        place < exactSizes ? place + 1 : 1 << (place - exactSizes + 8)
    }

    /// Books one answered request.
    func book(answered timing: RequestTiming, deadlineNanos: Int64) {
        queue.add(timing.queueNanos)
        success.add(timing.totalNanos)
        queueTimes.record(timing.queueNanos)
        requestTimes.record(timing.totalNanos)
        if timing.finishedNanos > deadlineNanos { deadlineMisses.wrappingAdd(1, ordering: .relaxed) }
    }

    /// Books one run of `requests` requests with `rows` rows together.
    func book(
        rows: Int, requests: Int, inputNanos: Int64, inferNanos: Int64, outputNanos: Int64, closeReason: CloseReason, wallMillis: UInt64
    ) {
        executions.wrappingAdd(1, ordering: .relaxed)
        inferences.wrappingAdd(UInt64(max(0, rows)), ordering: .relaxed)
        lastInference.store(wallMillis, ordering: .relaxed)
        // Every request of the batch waited for the whole of it: that is how clients of Triton read these sums.
        computeInput.add(inputNanos * Int64(requests), count: requests)
        computeInfer.add(inferNanos * Int64(requests), count: requests)
        computeOutput.add(outputNanos * Int64(requests), count: requests)
        closes[Int(closeReason.rawValue)].count.wrappingAdd(1, ordering: .relaxed)
        runTimes.record(inferNanos)
        runRows.record(Int64(rows))
        let size = sizes[Self.place(of: rows)]
        size.input.add(inputNanos)
        size.infer.add(inferNanos)
        size.output.add(outputNanos)
    }

    public var snapshot: Snapshot {
        var snapshot = Snapshot()
        snapshot.lastInferenceMillis = lastInference.load(ordering: .relaxed)
        snapshot.inferenceCount = inferences.load(ordering: .relaxed)
        snapshot.executionCount = executions.load(ordering: .relaxed)
        snapshot.success = success.value
        snapshot.fail = fail.value
        snapshot.queue = queue.value
        snapshot.computeInput = computeInput.value
        snapshot.computeInfer = computeInfer.value
        snapshot.computeOutput = computeOutput.value
        snapshot.cacheHit = cacheHit.value
        snapshot.cacheMiss = cacheMiss.value
        snapshot.cancelled = cancelled.load(ordering: .relaxed)
        snapshot.deadlineMisses = deadlineMisses.load(ordering: .relaxed)
        for reason in RefusalReason.allCases {
            snapshot.refusals[reason] = refusals[Int(reason.rawValue)].count.load(ordering: .relaxed)
        }
        for reason in CloseReason.allCases {
            snapshot.closeReasons[reason] = closes[Int(reason.rawValue)].count.load(ordering: .relaxed)
        }
        for (place, size) in sizes.enumerated() where size.infer.value.count > 0 {
            snapshot.batches.append(
                BatchSize(
                    rows: Self.rows(at: place), computeInput: size.input.value, computeInfer: size.infer.value,
                    computeOutput: size.output.value))
        }
        return snapshot
    }
}
