internal import Batching
internal import Logging
internal import Serving
internal import Synchronization

/// Writes what the core reports of requests: slow ones, failures of our own, sampled traces, and all at level `debug`.
final class RequestLog: Sendable {
    let traces = TraceSettings()
    let watch: RequestWatch
    private let switches: LogSwitches

    /// Lines a second about slow and failed requests. Beyond: they are counted, and the next line says how many there were.
    static let linesPerSecond = 10.0

    /// What keeps an overloaded server from drowning in its own log.
    private final class Valve: Sendable {
        private struct State {
            var bucket = TokenBucket(tokensPerSecond: RequestLog.linesPerSecond, burst: 2 * RequestLog.linesPerSecond)
            var suppressed = 0
        }
        private let state = Mutex(State())

        /// Whether a line may be written, and how many were not since the last.
        func pass(nowNanos: Int64) -> Int? {
            state.withLock { state in
                guard state.bucket.take(nowNanos: nowNanos) == nil else {
                    state.suppressed += 1
                    return nil
                }
                defer { state.suppressed = 0 }
                return state.suppressed
            }
        }
    }

    /// - Parameter slowNanos: requests that take longer get a line; 0 for none.
    init(log: Logger, switches: LogSwitches, slowNanos: Int64) {
        self.switches = switches
        let valve = Valve()
        let traces = traces
        watch = RequestWatch(slowNanos: slowNanos > 0 ? slowNanos : .max) { report in
            if traces.take(report.model) { log.notice("trace", metadata: Self.timestamps(report)) }
            let isFault = report.error?.code == .internal
            guard report.isSlow || isFault else {
                log.debug("request", metadata: Self.fields(report))
                return
            }
            guard let suppressed = valve.pass(nowNanos: report.timing.finishedNanos) else { return }
            var fields = Self.fields(report)
            if suppressed > 0 { fields["suppressed"] = "\(suppressed)" }
            if isFault { log.error("request failed", metadata: fields) } else { log.warning("slow request", metadata: fields) }
        }
        settingsChanged()
    }

    /// Looks at what the log and the traces are set to now.
    func settingsChanged() { watch.seesAll = switches.level <= .debug || traces.isOn }

    private static func names(_ report: RequestWatch.Report) -> Logger.Metadata {
        var fields: Logger.Metadata = ["model": "\(report.model)", "version": "\(report.version)"]
        if !report.id.isEmpty { fields["request_id"] = "\(report.id)" }
        if let trace = report.trace {
            fields["trace_id"] = "\(trace.traceID)"
            fields["parent_id"] = "\(trace.parentID)"
        }
        return fields
    }

    private static func fields(_ report: RequestWatch.Report) -> Logger.Metadata {
        var fields = names(report)
        let timing = report.timing
        fields["total_us"] = "\(timing.totalNanos / 1000)"
        if timing.startedNanos > 0 {
            fields["queue_us"] = "\(timing.queueNanos / 1000)"
            fields["compute_us"] = "\(timing.computeNanos / 1000)"
            fields["batch_rows"] = "\(timing.batchRows)"
            fields["batch_closed"] = "\(timing.closeReason.name)"
        }
        if let error = report.error { fields["error"] = "\(error.message)" }
        return fields
    }

    /// The moments that Triton's traces name, in nanoseconds of the monotonic clock.
    private static func timestamps(_ report: RequestWatch.Report) -> Logger.Metadata {
        var fields = names(report)
        let timing = report.timing
        fields["REQUEST_START"] = "\(timing.arrivedNanos)"
        fields["REQUEST_END"] = "\(timing.finishedNanos)"
        if timing.startedNanos > 0 {
            fields["QUEUE_START"] = "\(timing.arrivedNanos)"
            fields["COMPUTE_START"] = "\(timing.startedNanos)"
            fields["COMPUTE_INPUT_END"] = "\(timing.gatheredNanos)"
            fields["COMPUTE_OUTPUT_START"] = "\(timing.computedNanos)"
            fields["COMPUTE_END"] = "\(timing.finishedNanos)"
        }
        return fields
    }
}
