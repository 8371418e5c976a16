/// Decides when PINGs have become abuse, as gRPC servers agree to: strikes for those that come too often, forgiven whenever
/// we send something of use.
struct PingPolicy {
    private let maxStrikes: Int
    private let minInterval: UInt64
    private let minIntervalIdle: UInt64
    private var strikes = 0
    private var last: UInt64?

    init(_ limits: Limits) {
        maxStrikes = limits.maxPingStrikes
        minInterval = limits.pingMinInterval
        minIntervalIdle = limits.pingMinIntervalIdle
    }

    /// A PING arrived; false when it is one too many.
    mutating func received(now: UInt64, openStreams: Int) -> Bool {
        let interval = openStreams > 0 ? minInterval : minIntervalIdle
        defer { last = now }
        guard let last, now &- last < interval else { return true }
        strikes += 1
        return strikes <= maxStrikes
    }

    /// HEADERS or DATA were sent.
    mutating func sentPayload() {
        strikes = 0
        last = nil
    }
}
