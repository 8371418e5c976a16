internal import Logging
internal import Messages
internal import Monitoring
internal import NIOPosix
internal import Serving
internal import Synchronization

/// Records requests: copies those that are chosen where they come in, and writes them on a thread of its own.
///
/// A request's thread pays for the copy; never for the disk. What the disk does not keep up with is left out and counted.
final class RequestCapture: Sendable {
    /// Copies that wait for the disk. Beyond: requests are not recorded.
    static let maxWaitingBytes = 64 << 20
    /// The largest request that is recorded. Beyond: it is not.
    static let maxRequestBytes = 16 << 20

    private struct Waiting {
        var records: [[UInt8]] = []
        var bytes = 0
        var isWriterDue = false
        var isFinished = false
    }

    private let share: Double
    /// A request whose mixed number is below this is recorded.
    private let threshold: UInt64
    private let clock: MonotonicClock
    private let startNanos: Int64
    private let log: Logger
    private let seen = Atomic<UInt64>(0)
    private let waiting = Mutex(Waiting())
    private let file: Mutex<CaptureFile>
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let recorded = Atomic<UInt64>(0)
    private let leftOut = Atomic<UInt64>(0)
    private let hasFailed = Atomic<Bool>(false)

    /// Makes the file; one that is there already is kept as an older one.
    init(_ settings: GatewayConfiguration.Capture, clock: MonotonicClock, log: Logger) throws(GatewayError) {
        share = settings.share
        threshold = settings.share >= 1 ? .max : UInt64(settings.share * 0x1p64)
        self.clock = clock
        self.log = log
        startNanos = clock.nowNanos
        file = Mutex(try CaptureFile(settings))
        thread.start()
        log.warning("recording requests as clients send them", metadata: ["file": "\(settings.path)", "share": "\(settings.share)"])
    }

    /// Records the request, if it is its turn. On the thread that brings it in.
    func note(_ request: InferenceRequest) {
        guard isChosen(), !hasFailed.load(ordering: .relaxed) else { return }
        let size = request.inputs.reduce(0) { $0 &+ $1.recordedBytes }
        guard size <= Self.maxRequestBytes, let record = record(request) else { return skip() }
        let isFirst = waiting.withLock { waiting -> Bool? in
            guard !waiting.isFinished, waiting.bytes + record.count <= Self.maxWaitingBytes else { return nil }
            waiting.records.append(record)
            waiting.bytes += record.count
            defer { waiting.isWriterDue = true }
            return !waiting.isWriterDue
        }
        guard let isFirst else { return skip() }
        if isFirst { thread.submit { [self] _ in write() } }
    }

    private func skip() { leftOut.add(1, ordering: .relaxed) }

    /// Chance decides, so that traffic with a rhythm is not recorded by its rhythm.
    private func isChosen() -> Bool {
        if threshold == .max { return true }
        // The finalizer of SplitMix64 over a running number.
        var mixed = seen.add(1, ordering: .relaxed).newValue &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31) < threshold
    }

    private func record(_ request: InferenceRequest) -> [UInt8]? {
        let arrived = request.timing.arrivedNanos
        let timeout = request.deadlineNanos == .max ? nil : UInt64(max(1, request.deadlineNanos &- arrived))
        return CaptureFormat.record(
            CapturedRequest(
                nanos: UInt64(max(0, arrived - startNanos)), timeoutNanos: timeout,
                origin: CapturedRequest.Origin(request.origin), model: request.model.string, message: request.inferMessage()))
    }

    /// On the capture's thread: writes what has come, until nothing more does.
    private func write() {
        while true {
            let records = waiting.withLock { waiting -> [[UInt8]] in
                defer {
                    waiting.records = []
                    waiting.bytes = 0
                }
                if waiting.records.isEmpty { waiting.isWriterDue = false }
                return waiting.records
            }
            guard !records.isEmpty else { return }
            var written = 0
            do throws(GatewayError) {
                try file.withLock { file throws(GatewayError) in
                    for record in records {
                        try file.append(record)
                        written += 1
                    }
                    try file.flush()
                }
            } catch {
                if !hasFailed.exchange(true, ordering: .relaxed) {
                    log.error("recording ends", metadata: ["reason": "\(error)"])
                }
                leftOut.add(UInt64(records.count - written), ordering: .relaxed)
            }
            recorded.add(UInt64(written), ordering: .relaxed)
        }
    }

    /// Writes what waits, and says how much there was. Requests that come later are not recorded.
    func finish() async {
        waiting.withLock { $0.isFinished = true }
        try? await thread.runIfActive { [self] in write() }
        try? await thread.shutdownGracefully()
        file.withLock { $0.close() }
        log.notice(
            "recorded",
            metadata: [
                "requests": "\(recorded.load(ordering: .relaxed))", "left_out": "\(leftOut.load(ordering: .relaxed))",
            ])
    }

    /// What Prometheus reads of it.
    var families: [MetricFamily] {
        [
            MetricFamily(
                name: "martlet_capture_requests_total", help: "Requests that were chosen to be recorded, by what became of them.", kind: .counter,
                samples: [
                    .init(labels: [("result", "recorded")], .integer(recorded.load(ordering: .relaxed))),
                    .init(labels: [("result", "left_out")], .integer(leftOut.load(ordering: .relaxed))),
                ])
        ]
    }
}

extension CapturedRequest.Origin {
    init(_ origin: RequestOrigin) {
        self =
            switch origin {
            case .unknown: .unknown
            case .kserve: .kserve
            case .kserveStream: .kserveStream
            case .kserveREST: .kserveREST
            case .tensorFlow: .tensorFlow
            case .tensorFlowREST: .tensorFlowREST
            case .torchServe: .torchServe
            case .mlflow: .mlflow
            }
    }
}
