internal import HTTP2
internal import NIOCore

/// What the calls of one client share. Confined to its event loop, but for `onLoop`: that is what `@unchecked Sendable`
/// rests on.
final class ClientLoop: @unchecked Sendable {
    let loop: LoopContext
    let buffers: BufferPool
    let compressors = Compressors()
    /// The calls that end now end because the connection did.
    var connectionIsLost = false

    init(loop: LoopContext, limits: CallLimits) {
        self.loop = loop
        buffers = BufferPool(budget: MemoryBudget(limit: limits.maxBufferedBytes), maxPooledBytes: limits.maxPooledBytes)
    }

    /// Runs `body` in a turn of the loop: at once when this is its thread.
    func onLoop(_ body: @escaping () -> Void) {
        guard let eventLoop = loop.eventLoop, !eventLoop.inEventLoop else { return loop.turn(body) }
        let work = Work(body)
        eventLoop.execute { [loop] in loop.turn(work.body) }
    }

    /// Crosses to the event loop once, and is run there only.
    private struct Work: @unchecked Sendable {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }
}
