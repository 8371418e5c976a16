internal import Glibc

/// Monotonic nanoseconds, on the scale of the event loops' timers.
///
/// The time stands still in tests that set it. Confined to the thread of its owner.
package final class LoadClock {
    private var fixed: UInt64?

    /// Nil for the machine's time.
    package init(fixed: UInt64? = nil) { self.fixed = fixed }

    @inline(__always)
    var now: UInt64 { fixed ?? Self.monotonic }

    /// Lets a clock that stands still go on to `time`.
    package func set(_ time: UInt64) { fixed = time }

    static var monotonic: UInt64 { read(CLOCK_MONOTONIC) }
    /// Nanoseconds that the whole process has computed for.
    static var processCPU: UInt64 { read(CLOCK_PROCESS_CPUTIME_ID) }
    /// Nanoseconds that the calling thread has computed for.
    static var threadCPU: UInt64 { read(CLOCK_THREAD_CPUTIME_ID) }

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
}
