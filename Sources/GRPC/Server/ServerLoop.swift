internal import HTTP2
internal import NIOCore

/// What the calls of one event loop share: pools, compressors, and the inbox for replies from other threads.
///
/// Confined to its event loop but for `replies`, which is what `@unchecked Sendable` rests on.
final class ServerLoop: @unchecked Sendable {
    let loop: LoopContext
    let configuration: GRPCServer.Configuration
    let routes: RouteTable
    let counters: WireCounters
    let buffers: BufferPool
    private(set) var replies: ReplyInbox!
    private var unaryCalls: [UnaryCall] = []
    private let compressors = Compressors()
    /// Connections that are open, for shutting down.
    private(set) var connections: [ObjectIdentifier: ConnectionHandler] = [:]
    private static let maxPooledCalls = 1024

    init(loop: LoopContext, configuration: GRPCServer.Configuration, routes: RouteTable, counters: WireCounters, budget: MemoryBudget)
    {
        self.loop = loop
        self.configuration = configuration
        self.routes = routes
        self.counters = counters
        buffers = BufferPool(budget: budget, maxPooledBytes: configuration.messages.maxPooledBytes)
        let eventLoop = loop.eventLoop
        let drain: @Sendable () -> Void = { [unowned self] in self.drainReplies() }
        replies = ReplyInbox { eventLoop?.execute(drain) }
    }

    func drainReplies() {
        loop.turn { replies.drain() }
    }

    func takeUnaryCall() -> UnaryCall {
        unaryCalls.popLast() ?? UnaryCall(server: self)
    }

    func give(_ call: UnaryCall) {
        if unaryCalls.count < Self.maxPooledCalls { unaryCalls.append(call) }
    }

    /// Lets go of the calls that wait to be used again: they hold the loop, as the loop holds them.
    func forgetCalls() { unaryCalls = [] }

    func add(_ handler: ConnectionHandler) { connections[ObjectIdentifier(handler)] = handler }
    func remove(_ handler: ConnectionHandler) { connections[ObjectIdentifier(handler)] = nil }

    /// Asks every connection to end, within `grace` nanoseconds.
    func drain(reason: StaticString, grace: UInt64) {
        loop.turn {
            for handler in connections.values { handler.connection?.beginDrain(reason: reason, grace: grace) }
        }
    }

    func inflate(_ message: MessageBuffer, _ coding: Coding, for share: MessageShare?) throws(Status) -> MessageBuffer {
        try compressors.inflate(message, coding, limit: configuration.messages.maxReceivedBytes, pool: buffers, share: share)
    }

    /// Nil when the message should go as it is.
    func deflate(_ body: ReplyBody, _ coding: Coding) -> ByteBuffer? {
        guard body.byteCount >= configuration.messages.minCompressedBytes else { return nil }
        return compressors.deflate(body, coding)
    }
}
