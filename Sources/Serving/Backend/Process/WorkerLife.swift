/// Decides when a worker that ended is started again. Reads no clock.
///
/// The first time at once, then after pauses that double, until it has answered something. From ``failuresUntilDown`` ends in a row on it
/// counts as down, and callers are told so instead of waiting.
struct WorkerLife {
    static let failuresUntilDown = 3
    static let firstPauseNanos: Int64 = 100_000_000
    static let longestPauseNanos: Int64 = 30_000_000_000

    private(set) var failures = 0
    private(set) var restartNanos: Int64 = 0
    private(set) var reason = ""

    /// It ended, or could not be started.
    mutating func ended(_ reason: String, nowNanos: Int64) {
        failures += 1
        self.reason = reason
        let doublings = min(max(0, failures - 2), 20)
        let pause = failures < 2 ? 0 : min(Self.firstPauseNanos << Int64(doublings), Self.longestPauseNanos)
        restartNanos = nowNanos &+ pause
    }

    /// It answered a run, rightly or with an error of its own.
    mutating func answered() { failures = 0 }

    /// Whether callers are turned away instead of waiting.
    var isDown: Bool { failures >= Self.failuresUntilDown }
}
