/// How fast a request body comes in: pure, looked at every few seconds.
struct BodyProgress {
    private var bytes = 0
    private var since: UInt64

    init(now: UInt64 = 0) { since = now }

    mutating func received(_ count: Int) { bytes &+= count }

    /// False when less came than the slowest caller may send; a new period begins whenever one is over.
    mutating func isFast(now: UInt64, limits: CallLimits) -> Bool {
        guard limits.bodyPeriod > 0, now &- since >= limits.bodyPeriod else { return true }
        defer {
            since = now
            bytes = 0
        }
        return bytes >= limits.minBodyBytesPerPeriod
    }
}
