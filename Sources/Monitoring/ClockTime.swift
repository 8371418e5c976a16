package import Glibc

/// The system's clocks.
package enum ClockTime {
    /// What a clock such as `CLOCK_MONOTONIC` or `CLOCK_PROCESS_CPUTIME_ID` says, in nanoseconds. Any thread.
    package static func nanos(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
