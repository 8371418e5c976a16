public import NIOCore

/// What the connections of one event loop share: the time, timers, pools, and the turn at whose end they flush.
///
/// Confined to its event loop, which is what `@unchecked Sendable` rests on: it may be handed about, and used there only.
public final class LoopContext: @unchecked Sendable {
    /// Nil in tests, which set the time themselves.
    public let eventLoop: (any EventLoop)?
    /// Monotonic nanoseconds at the beginning of this turn.
    public private(set) var now: UInt64

    /// Bytes of bodies that wait for the windows of all peers.
    var queuedBytes = 0
    let inbox = SessionInbox()
    private let timers = TimerQueue()
    private var unflushed: [Connection] = []
    private var flushing: [Connection] = []
    private var depth = 0
    private var armedDeadline: UInt64 = .max
    private var armed: Scheduled<Void>?

    public init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        now = NIODeadline.now().uptimeNanosecondsClamped
    }

    /// A loop whose time is told by `advance(to:)`.
    package init(now: UInt64) {
        eventLoop = nil
        self.now = now
    }

    /// One turn: everything that happens in `body` is flushed together at its end, unless `flush` is false.
    public func turn(flush: Bool = true, _ body: () -> Void) {
        if depth == 0, eventLoop != nil { now = NIODeadline.now().uptimeNanosecondsClamped }
        depth += 1
        body()
        depth -= 1
        if depth == 0, flush { flushAll() }
    }

    func setUnflushed(_ connection: Connection) {
        unflushed.append(connection)
    }

    private func flushAll() {
        depth += 1
        // What a flush wakes may leave more to flush.
        while !unflushed.isEmpty {
            swap(&flushing, &unflushed)
            for connection in flushing { connection.flush() }
            flushing.removeAll(keepingCapacity: true)
        }
        depth -= 1
        arm()
    }

    /// Sets `timer` to fire at `deadline` (monotonic nanoseconds); `.max` unsets it.
    public func set(_ timer: TimerNode, deadline: UInt64) {
        timers.set(timer, deadline: deadline)
        if depth == 0 { arm() }
    }

    public func cancel(_ timer: TimerNode) {
        timers.remove(timer)
    }

    /// Lets time pass without an event loop.
    package func advance(to time: UInt64) {
        now = max(now, time)
        fire()
    }

    private func fire() {
        turn { timers.fire(now: now) }
    }

    /// One scheduled task serves all timers. It is only ever moved forward: a timer that was cancelled costs an idle wake-up
    /// and no more.
    private func arm() {
        guard let eventLoop else { return }
        let deadline = timers.nextDeadline
        guard deadline < armedDeadline else { return }
        armed?.cancel()
        armedDeadline = deadline
        armed = eventLoop.scheduleTask(deadline: .uptimeNanoseconds(deadline)) { [self] in
            armed = nil
            armedDeadline = .max
            fire()
        }
    }
}

extension NIODeadline {
    var uptimeNanosecondsClamped: UInt64 { UInt64(clamping: uptimeNanoseconds) }
}
