internal import Glibc

/// The time of day, for what people and clients read. Never for durations.
public enum WallClock {
    /// Milliseconds since 1970, as coarse as the kernel keeps them at hand.
    static var millis: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &time)
        return UInt64(max(0, time.tv_sec)) * 1000 + UInt64(max(0, time.tv_nsec)) / 1_000_000
    }
}

extension WallClock {
    /// Nanoseconds since 1970.
    public static var nanos: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
