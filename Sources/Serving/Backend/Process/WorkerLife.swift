/// Decides when a worker that ended is started again. Reads no clock.
///
/// The first time at once, then after pauses that double, until it has answered something. From ``failuresUntilDown`` ends in a row on it
/// counts as down, and callers are told so instead of waiting.
package struct WorkerLife {
    package static let failuresUntilDown = 3
    package static let firstPauseNanos: Int64 = 100_000_000
    package static let longestPauseNanos: Int64 = 30_000_000_000

    package private(set) var failures = 0
    package private(set) var restartNanos: Int64 = 0
    package private(set) var reason = ""

    package init() {}

    /// It ended, or could not be started.
    package mutating func ended(_ reason: String, nowNanos: Int64) {
        failures += 1
        self.reason = reason
        let doublings = min(max(0, failures - 2), 20)
        let pause = failures < 2 ? 0 : min(Self.firstPauseNanos << Int64(doublings), Self.longestPauseNanos)
        restartNanos = nowNanos &+ pause
    }

    /// It answered a run, rightly or with an error of its own, or said that it is well.
    package mutating func answered() { failures = 0 }

    /// Whether callers are turned away instead of waiting.
    package var isDown: Bool { failures >= Self.failuresUntilDown }
}
