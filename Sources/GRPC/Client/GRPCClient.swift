public import HTTP2
public import NIOCore
internal import NIOPosix

/// A client: one connection, made when it is first needed and again after it is lost, shared by all its calls.
///
/// Confined to its event loop, but for what is said to be safe on any thread: that is what `@unchecked Sendable` rests on.
public final class GRPCClient: ConnectionObserver, @unchecked Sendable {
    public struct Configuration: Sendable {
        public var limits = Limits()
        public var messages = CallLimits()
        public var tls: ClientTLS?
        /// How requests are compressed, unless the call says otherwise.
        public var coding = Coding.identity
        /// What `:authority` says; nil for the target.
        public var authority: String?
        /// Sent with every call, such as an authorization.
        public var metadata = Metadata()
        public var userAgent = "grpc-swift-martlet/1"
        /// From the first call to a connection that stands, in nanoseconds. Beyond: UNAVAILABLE.
        public var connectTimeout: UInt64 = 10_000_000_000

        public init() {}
    }

    /// What one call asks for besides its method and message.
    public struct Options: Sendable {
        public var metadata = Metadata()
        /// Nanoseconds until the call is given up; nil for never.
        public var timeout: UInt64?
        /// Nil for the client's.
        public var coding: Coding?

        public init(metadata: Metadata = Metadata(), timeout: UInt64? = nil, coding: Coding? = nil) {
            self.metadata = metadata
            self.timeout = timeout
            self.coding = coding
        }
    }

    public let target: ClientTarget
    public let configuration: Configuration
    public let eventLoop: any EventLoop
    public let counters = WireCounters()
    private let client: ClientLoop
    private var state = State.idle
    private var headers: [Coding: HeaderList] = [:]

    private enum State {
        case idle
        case connecting([Pending])
        case ready(ConnectionHandler, Connection)
        case closed
    }

    private struct Pending {
        var call: ClientCall
        var headers: HeaderSource
    }

    public init(_ target: ClientTarget, on eventLoop: any EventLoop, _ configuration: Configuration = Configuration()) {
        self.target = target
        self.configuration = configuration
        self.eventLoop = eventLoop
        client = ClientLoop(loop: LoopContext(eventLoop: eventLoop), limits: configuration.messages)
    }

    /// Begins a call of any kind. Any thread; `onEvent` is called on the event loop, the last time with `.end`.
    @discardableResult
    public func start(
        _ path: String, _ options: Options = Options(), onEvent: @escaping (ClientCall, ClientCall.Event) -> Void
    ) -> ClientCall {
        let coding = options.coding ?? configuration.coding
        let call = ClientCall(
            client: client, coding: coding, limit: configuration.messages.maxReceivedBytes, onEvent: onEvent)
        client.onLoop { self.begin(call, path, options, coding) }
        return call
    }

    /// Calls a method with one request and one reply. Any thread; `completion` is called on the event loop.
    public func unary(
        _ path: String, _ message: ReplyBody, _ options: Options = Options(), completion: @escaping (ClientReply) -> Void
    ) {
        var reply = ClientReply()
        let call = start(path, options) { _, event in
            switch event {
            case .initialMetadata(let metadata): reply.initialMetadata = metadata
            case .message(let message): if reply.message == nil { reply.message = message }
            case .end(let status, let trailing):
                reply.status = status
                reply.trailingMetadata = trailing
                if status.isOK, reply.message == nil { reply.status = Status(.internal, "OK without a message") }
                completion(reply)
            }
        }
        client.onLoop {
            call.send(message)
            call.halfClose()
        }
    }

    /// Ends the connection; open calls fail. Any thread.
    public func close() {
        client.onLoop {
            switch self.state {
            case .ready(_, let connection):
                self.state = .closed
                connection.terminate(.noError, reason: "client closed")
            case .connecting(let pending):
                self.state = .closed
                for waiting in pending { waiting.call.finish(Status(.unavailable, "the client was closed"), Metadata(), reset: nil) }
            case .idle, .closed: self.state = .closed
            }
        }
    }

    private func begin(_ call: ClientCall, _ path: String, _ options: Options, _ coding: Coding) {
        if let timeout = options.timeout {
            let (deadline, overflow) = client.loop.now.addingReportingOverflow(timeout)
            if !overflow { client.loop.set(call, deadline: deadline) }
        }
        let headers = HeaderSource.list(head(path, options, coding))
        switch state {
        case .ready(_, let connection) where connection.isActive: call.begin(on: connection, headers: headers)
        case .connecting(var pending):
            pending.append(Pending(call: call, headers: headers))
            state = .connecting(pending)
        case .closed: call.finish(Status(.unavailable, "the client was closed"), Metadata(), reset: nil)
        case .idle, .ready:
            state = .connecting([Pending(call: call, headers: headers)])
            connect()
        }
    }

    private func head(_ path: String, _ options: Options, _ coding: Coding) -> HeaderList {
        var list = HeaderList()
        list.append(":method", "POST")
        list.append(":scheme", configuration.tls == nil ? "http" : "https")
        list.append(":path", path)
        list.append(":authority", configuration.authority ?? target.authority)
        list.append("te", "trailers")
        list.append("content-type", "application/grpc")
        list.append("user-agent", configuration.userAgent)
        if coding != .identity { list.append("grpc-encoding", coding.name) }
        list.append("grpc-accept-encoding", "identity, deflate, gzip")
        if let timeout = options.timeout { list.append("grpc-timeout", Timeout.format(timeout)) }
        list.append(configuration.metadata)
        list.append(options.metadata)
        return list
    }

    private func connect() {
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(.nanoseconds(Int64(clamping: configuration.connectTimeout)))
            .channelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(ChannelOptions.maxMessagesPerRead, value: 4)
        let future = target.connect(bootstrap, tls: try self.configuration.tls?.context(), name: configuration.tls?.serverName) { [self] channel in
            try channel.pipeline.syncOperations.addHandler(handler())
        }
        future.assumeIsolated().whenFailure { [self] error in
            client.loop.turn { failPending(Status(.unavailable, "cannot connect to \(target): \(error)")) }
        }
    }

    private func handler() -> ConnectionHandler {
        ConnectionHandler(loop: client.loop) { [self] handler, _ in
            let connection = try Connection(
                role: .client, limits: configuration.limits, loop: client.loop, counters: counters,
                peer: PeerIdentity(address: target.description), output: handler)
            connection.observer = self
            guard case .connecting(let pending) = state else { return connection }
            state = .ready(handler, connection)
            // Calls go out with the preface: nothing in gRPC waits for the server's SETTINGS.
            for waiting in pending { waiting.call.begin(on: connection, headers: waiting.headers) }
            return connection
        }
    }

    private func failPending(_ status: Status) {
        guard case .connecting(let pending) = state else { return }
        state = .idle
        for waiting in pending { waiting.call.neverSent(status) }
    }

    // ConnectionObserver

    public func connectionIsReady(_ connection: Connection) {}

    public func connectionIsLeaving(_ connection: Connection, lastStreamID: Int32, _ code: ErrorCode) {
        // Calls that are open go on; the next one finds a new connection.
        if case .ready(_, let current) = state, current === connection { state = .idle }
    }

    public func connectionWillBeLost(_ connection: Connection) { client.connectionIsLost = true }

    public func connectionIsLost(_ connection: Connection) {
        client.connectionIsLost = false
        if case .ready(_, let current) = state, current === connection { state = .idle }
    }
}

/// What a unary call brought back.
public struct ClientReply {
    /// Nil when the status is not OK.
    public var message: MessageBuffer?
    public var status = Status.ok
    public var initialMetadata = Metadata()
    public var trailingMetadata = Metadata()
}
