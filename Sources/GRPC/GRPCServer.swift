public import HTTP2
public import NIOCore
internal import NIOPosix
internal import Synchronization

/// A gRPC server: methods are registered, then listeners are bound, then it serves until it is shut down.
///
/// Methods are registered before the first `bind`, by one thread; that, and the lock around the rest, is what
/// `@unchecked Sendable` rests on.
public final class GRPCServer: @unchecked Sendable {
    public struct Configuration: Sendable {
        public var limits = Limits()
        public var messages = MessageLimits()
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
            let table = state.table ?? RouteTable(routes)
            state.table = table
            let made = ServerLoop(
                loop: LoopContext(eventLoop: eventLoop), configuration: configuration, routes: table, counters: counters,
                budget: budget)
            state.loops[key] = made
            return made
        }
    }

    /// Listens on `host`, on `port` or, if that is 0, on a free one. Returns the port.
    public func bind(host: String, port: Int, on group: any EventLoopGroup) async throws -> Int {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(ChannelOptions.backlog, value: 1024)
            .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
            .childChannelOption(ChannelOptions.maxMessagesPerRead, value: 4)
            .childChannelInitializer { [self] channel in accept(channel) }
        let listener = try await bootstrap.bind(host: host, port: port).get()
        state.withLock { $0.listeners.append(listener) }
        return listener.localAddress?.port ?? port
    }

    private func accept(_ channel: any Channel) -> EventLoopFuture<Void> {
        let server = serverLoop(for: channel.eventLoop)
        return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(GRPCServer.handler(for: server))
        }
    }

    private static func handler(for server: ServerLoop) -> ConnectionHandler {
        ConnectionHandler(loop: server.loop) { handler, channel in
            let connection = try Connection(
                role: .server, limits: server.configuration.limits, loop: server.loop, counters: server.counters,
                peer: PeerIdentity(address: channel.remoteAddress.map { "\($0)" } ?? ""), output: handler,
                ageJitter: Double.random(in: -1...1))
            connection.acceptor = ServerConnection(server: server)
            server.add(handler)
            channel.closeFuture.assumeIsolated().whenComplete { _ in server.remove(handler) }
            return connection
        }
    }
}
