public import HTTP2
internal import NIOCore
internal import Synchronization

/// A gRPC server: methods are registered, then listeners are bound, then it serves until it is shut down.
///
/// Methods are registered before the first `bind`, by one thread; that, and the lock around the rest, is what
/// `@unchecked Sendable` rests on.
public final class GRPCServer: @unchecked Sendable {
    public struct Configuration: Sendable {
        public var limits = Limits()
        public var messages = CallLimits()
        public var authorizer: (any Authorizer)?

        public init() {}
    }

    public let configuration: Configuration
    /// What the wire has counted, on all loops.
    public let counters = WireCounters()
    private var routes: [String: Route] = [:]
    private let budget: MemoryBudget
    private let state = Mutex(State())

    private struct State {
        var loops: [ObjectIdentifier: ServerLoop] = [:]
        var table: RouteTable?
        var listeners: [any Channel] = []
        var isStopping = false
    }

    public init(_ configuration: Configuration = Configuration()) {
        self.configuration = configuration
        budget = MemoryBudget(limit: configuration.messages.maxBufferedBytes)
    }

    /// A method with one request and one reply. The handler is called on the event loop and must not block.
    public func register(unary path: String, scope: Scope = .infer, handler: @escaping @Sendable (UnaryCall) -> Void) {
        routes[path] = Route(path: path, scope: scope, kind: .unary(handler))
    }

    /// A method with streams either way. The handler is called on the event loop when the headers have come; it sets the
    /// call's callbacks.
    public func register(streaming path: String, scope: Scope = .infer, handler: @escaping @Sendable (StreamingCall) -> Void) {
        routes[path] = Route(path: path, scope: scope, kind: .streaming(handler))
    }

    /// A plain HTTP resource on the same port, for GET, HEAD and POST.
    public func register(plain path: String, handler: @escaping @Sendable (PlainRequest) -> PlainResponse) {
        routes[path] = Route(path: path, scope: .none, kind: .plain(handler))
    }

    /// Every registered path.
    public var paths: [String] { routes.keys.sorted() }

    /// What the calls of `eventLoop` share; made when it is first asked for.
    func serverLoop(for eventLoop: any EventLoop) -> ServerLoop {
        state.withLock { state in
            let key = ObjectIdentifier(eventLoop)
            if let known = state.loops[key] { return known }
            let made = makeLoop(LoopContext(eventLoop: eventLoop), &state)
            state.loops[key] = made
            return made
        }
    }

    private func makeLoop(_ loop: LoopContext, _ state: inout State) -> ServerLoop {
        let table = state.table ?? RouteTable(routes)
        state.table = table
        return ServerLoop(loop: loop, configuration: configuration, routes: table, counters: counters, budget: budget)
    }

    /// A connection whose bytes the caller brings and takes, for tests and fuzzers; `loop` must not be that of a listener, and what is kept must be held as long as the connection.
    package func connect(_ output: any ConnectionOutput, loop: LoopContext) throws -> (Connection, keep: AnyObject) {
        let server = state.withLock { makeLoop(loop, &$0) }
        return (try makeConnection(server, output: output, peer: PeerIdentity(address: "test")), LoopKeeper(server))
    }

    /// Holds a loop that no listener has, and takes it apart in the end.
    private final class LoopKeeper {
        private let server: ServerLoop
        init(_ server: ServerLoop) { self.server = server }
        deinit { server.forgetCalls() }
    }

    func makeConnection(_ server: ServerLoop, output: any ConnectionOutput, peer: PeerIdentity) throws -> Connection {
        let connection = try Connection(
            role: .server, limits: configuration.limits, loop: server.loop, counters: counters, peer: peer, output: output,
            ageJitter: Double.random(in: -1...1))
        connection.acceptor = ServerConnection(server: server)
        return connection
    }

    /// Message memory in use, in bytes.
    public var bufferedBytes: Int { budget.usedBytes }

    func add(_ listeners: [any Channel]) -> Bool {
        state.withLock { state in
            guard !state.isStopping else { return false }
            state.listeners += listeners
            return true
        }
    }

    /// Marks the server as stopping, and returns what is to be closed.
    func takeForShutdown() -> (listeners: [any Channel], loops: [ServerLoop]) {
        state.withLock { state in
            state.isStopping = true
            defer { state.listeners = [] }
            return (state.listeners, Array(state.loops.values))
        }
    }

    var isStopping: Bool { state.withLock { $0.isStopping } }
    let openConnections = Atomic<Int>(0)
}
