internal import Glibc

/// The time that deadlines and durations are measured by: nanoseconds that never go back. A parameter everywhere, so that tests own it.
public struct MonotonicClock: Sendable {
    private let read: @Sendable () -> Int64

    public init(_ read: @escaping @Sendable () -> Int64) { self.read = read }

    /// `CLOCK_MONOTONIC`. Some twenty nanoseconds a call.
    public static let system = MonotonicClock {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    public var nowNanos: Int64 { read() }
}
