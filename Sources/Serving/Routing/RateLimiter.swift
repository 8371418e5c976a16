internal import Batching
internal import Synchronization

/// The bound on a model's requests, shared by its versions and kept over reloads.
final class RateLimiter: Sendable {
    let spec: RateLimitSpec
    private let bucket: Mutex<TokenBucket>

    init(_ spec: RateLimitSpec) {
        self.spec = spec
        bucket = Mutex(TokenBucket(tokensPerSecond: spec.requestsPerSecond, burst: spec.burst))
    }

    /// Why a request may not pass now; nil when it may.
    func refusal(model: String, nowNanos: Int64) -> ServingError? {
        guard let wait = bucket.withLock({ $0.take(nowNanos: nowNanos) }) else { return nil }
        let hint = wait == .max ? "" : "; try again in \(max(1, wait / 1_000_000)) ms"
        return ServingError(
            .resourceExhausted, "model '\(model)' takes \(spec.requestsPerSecond) requests a second\(hint)",
            retryAfterNanos: wait == .max ? 0 : wait)
    }
}
