internal import HTTP2

/// A timer that calls a function. Confined to its event loop.
final class LoopTimer: TimerNode {
    private var body: (UInt64) -> Void = { _ in }

    convenience init(_ body: @escaping (UInt64) -> Void) {
        self.init()
        self.body = body
    }

    override func timerFired(now: UInt64) { body(now) }
}
