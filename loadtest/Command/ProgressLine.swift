internal import LoadTesting
internal import Synchronization

/// The line that a terminal shows while a run goes on.
final class ProgressLine: Sendable {
    private let last = Mutex((successes: 0, nanos: UInt64(0)))

    @Sendable func show(_ progress: LoadRun.Progress) {
        let rate = last.withLock { last in
            defer { last = (progress.successes, progress.elapsedNanos) }
            guard progress.elapsedNanos > last.nanos else { return 0.0 }
            return Double(progress.successes - last.successes) * 1e9 / Double(progress.elapsedNanos - last.nanos)
        }
        let time =
            progress.isWarmup
            ? "warming up"
            : "\(Decimals.fixed(Double(progress.elapsedNanos) / 1e9, 1)) of \(Decimals.fixed(Double(progress.totalNanos) / 1e9, 0)) s"
        Terminal.show("\(time)  \(Decimals.grouped(max(0, rate))) requests/s  \(progress.failures) failed  \(progress.pending) under way")
    }
}
