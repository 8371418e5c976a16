internal import GRPC
internal import Glibc
internal import Messages
internal import Monitoring
internal import Serving
internal import Synchronization

/// The server's load, measured ten times a second and sent with every answer in the trailing metadata `endpoint-load-metrics-bin`.
///
/// Measuring costs a thread's wake; an answer costs a lock and the bytes of the trailer, about a hundred.
final class LoadReporter: Sendable {
    static let intervalMillis = 100
    static let trailer = "endpoint-load-metrics-bin"

    private struct State {
        var window: LoadWindow
        var report = LoadReport()
        var metadata = Metadata()
    }

    private let core: ServingCore
    private let memoryLimit: Int64?
    private let state: Mutex<State>

    init(core: ServingCore, lanes: Int) {
        self.core = core
        memoryLimit = Self.memoryLimit()
        state = Mutex(State(window: LoadWindow(lanes: lanes)))
    }

    /// For the next answer. Any thread.
    var trailing: Metadata { state.withLock { $0.metadata } }

    /// What was measured last. Any thread.
    var report: LoadReport { state.withLock { $0.report } }

    /// Measures until it is cancelled.
    func run() async {
        while !Task.isCancelled {
            look()
            try? await Task.sleep(for: .milliseconds(Self.intervalMillis))
        }
    }

    private func look() {
        let reading = reading()
        state.withLock { state in
            state.report = state.window.note(reading)
            state.metadata = Metadata()
            state.metadata.append(Self.trailer, binary: state.report.encoded)
        }
    }

    private func reading() -> LoadWindow.Reading {
        var reading = LoadWindow.Reading(
            nanos: core.clock.nowNanos, cpuNanos: ClockTime.nanos(CLOCK_PROCESS_CPUTIME_ID), answered: 0, failed: 0, answerNanos: 0, queued: 0, inFlight: 0,
            idleLanes: core.pool.idleLanes)
        for version in core.liveVersions {
            let (queued, inFlight) = version.depth
            reading.queued += queued
            reading.inFlight += inFlight
            let snapshot = version.statistics.snapshot
            reading.answered &+= snapshot.success.count
            reading.failed &+= snapshot.fail.count
            reading.answerNanos &+= snapshot.success.nanos
        }
        if let memoryLimit, memoryLimit > 0 { reading.memoryShare = min(1, Double(ProcessMetrics.residentBytes) / Double(memoryLimit)) }
        return reading
    }

    /// Of the control group that the process is in; nil when it has none.
    private static func memoryLimit() -> Int64? {
        for path in ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"] {
            guard let line = text(path)?.split(separator: "\n").first, let limit = Int64(line), limit < 1 << 50 else { continue }
            return limit
        }
        return nil
    }

    private static func text(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = read(file, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }
}
