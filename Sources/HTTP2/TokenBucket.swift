/// A bucket of tokens that refills with time, and with what the peer does that is useful.
struct TokenBucket {
    private let capacity: Int
    private let perSecond: Int
    private var tokens: Int
    private var refilledAt: UInt64

    init(_ rate: Limits.Rate, now: UInt64) {
        capacity = max(0, rate.burst)
        perSecond = max(0, rate.perSecond)
        tokens = capacity
        refilledAt = now
    }

    /// Takes one token; false when there is none.
    mutating func take(now: UInt64) -> Bool {
        if tokens <= 0 { refill(now: now) }
        guard tokens > 0 else { return false }
        tokens &-= 1
        return true
    }

    mutating func earn(_ count: Int) {
        tokens = min(capacity, tokens &+ count)
    }

    private mutating func refill(now: UInt64) {
        guard perSecond > 0, now > refilledAt else { return }
        // At most a minute counts: it keeps the product small, and no bucket takes longer to be of use again.
        let elapsed = min(now &- refilledAt, .seconds(60))
        let earned = Int(elapsed / 1000) * perSecond / 1_000_000
        guard earned > 0 else { return }
        earn(earned)
        refilledAt = now
    }
}
