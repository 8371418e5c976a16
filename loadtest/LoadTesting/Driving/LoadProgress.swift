internal import Synchronization

/// What a loop tells of itself while it works; read by any thread.
final class LoadProgress: Sendable {
    let successes = Atomic<Int>(0)
    let failures = Atomic<Int>(0)
    /// Requests that are under way or wait for a stream.
    let pending = Atomic<Int>(0)
    let connected = Atomic<Int>(0)
    /// Arrivals are all sent, or waiting.
    let isExhausted = Atomic<Bool>(false)
}
