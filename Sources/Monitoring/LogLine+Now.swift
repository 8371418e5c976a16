internal import Glibc

extension LogLine {
    /// A line of this moment.
    public static func now(_ level: Level, _ message: String, fields: [(name: String, value: Value)] = []) -> LogLine {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return LogLine(timeNanos: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec), level: level, message, fields: fields)
    }
}
