/// A rate with a burst: tokens trickle in up to a bound, and each task takes some.
public struct TokenBucket: Sendable {
    public let tokensPerSecond: Double
    public let burst: Double
    private var tokens: Double
    private var lastNanos: Int64?

    /// - Parameter burst: the most tokens that gather; at least one.
    public init(tokensPerSecond: Double, burst: Double) {
        self.tokensPerSecond = max(0, tokensPerSecond)
        self.burst = max(1, burst)
        self.tokens = self.burst
    }

    /// Takes `amount` tokens and returns nil, or takes none and returns the time after which they would be there; `Int64.max` when never.
    public mutating func take(_ amount: Double = 1, nowNanos: Int64) -> Int64? {
        if let lastNanos, nowNanos > lastNanos {
            tokens = min(burst, tokens + Double(nowNanos - lastNanos) * tokensPerSecond / 1e9)
        }
        lastNanos = max(lastNanos ?? nowNanos, nowNanos)
        if tokens >= amount {
            tokens -= amount
            return nil
        }
        guard tokensPerSecond > 0, amount <= burst else { return .max }
        return Int64(((amount - tokens) / tokensPerSecond * 1e9).rounded(.up))
    }
}
