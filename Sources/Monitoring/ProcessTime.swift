internal import Glibc

/// What this process has used of the processors.
public enum ProcessTime {
    /// Of all its threads since it began, in nanoseconds. Any thread.
    public static var cpuNanos: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
