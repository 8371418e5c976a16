internal import Client
internal import GRPC
internal import HTTP2
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// One connection of HTTP/1.1, kept alive and made again when it is lost: carries one request at a time. Confined to its event loop, which
/// is what `@unchecked Sendable` rests on.
final class RestConnection: LoadLane, @unchecked Sendable {
    private unowned let owner: LoadLoop
    private let server: ServerAddress
    let eventLoop: any EventLoop
    private let tls: NIOSSLContext?
    /// The connection that takes requests; nil while there is none.
    private var handler: RestHandler?
    /// The request under way.
    private var current: RequestSlot?
    private var kept: [RequestSlot] = []
    private var sent = 0
    private var backoff: UInt64 = 10_000_000
    private var isClosing = false
    private var isConnecting = false
    private var wasReady = false
    private var retry: LoopTimer!
    private let firstReady: EventLoopPromise<Void>

    init(owner: LoadLoop, server: ServerAddress, tls: NIOSSLContext?, eventLoop: any EventLoop) {
        self.owner = owner
        self.server = server
        self.tls = tls
        self.eventLoop = eventLoop
        firstReady = eventLoop.makePromise()
        retry = LoopTimer { [unowned self] _ in connect() }
    }

    func isOwned(by loop: LoadLoop) -> Bool { owner === loop }

    func begin() -> EventLoopFuture<Void> {
        connect()
        return firstReady.futureResult
    }

    private func connect() {
        guard !isClosing, !isConnecting else { return }
        isConnecting = true
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(.seconds(5))
            .channelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
        let future = server.target.connect(bootstrap, tls: self.tls, name: server.tls?.serverName) { [self] channel in
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            try channel.pipeline.syncOperations.addHandler(RestHandler(lane: self, loop: owner.loop))
        }
        future.assumeIsolated().whenComplete { [self] result in
            owner.loop.turn {
                switch result {
                case .success(let channel): connected(try? channel.pipeline.syncOperations.handler(type: RestHandler.self))
                case .failure(let error): lost("cannot connect to \(server.target): \(ConnectReason.text("\(error)"))")
                }
            }
        }
    }

    private func connected(_ fresh: RestHandler?) {
        isConnecting = false
        guard let fresh, fresh.isOpen else { return lost("\(server.target) accepted the connection and closed it") }
        guard !isClosing else { return fresh.close() }
        handler = fresh
        backoff = 10_000_000
        if !wasReady {
            wasReady = true
            owner.progress.connected.add(1, ordering: .relaxed)
            firstReady.succeed()
        }
        let slots = kept
        kept = []
        owner.laneIsReady(slots)
    }

    private func lost(_ reason: String) {
        isConnecting = false
        if !wasReady {
            wasReady = true
            isClosing = true
            return firstReady.fail(LoadError(reason))
        }
        guard !isClosing else { return }
        owner.connectFailed(reason)
        owner.loop.set(retry, deadline: owner.loop.now &+ backoff)
        backoff = min(backoff * 2, 1_000_000_000)
    }

    // RequestLane

    func send(_ slot: RequestSlot, _ recipe: LoopRecipe) -> Bool {
        guard let handler, current == nil, let head = recipe.rest else {
            kept.append(slot)
            return false
        }
        current = slot
        sent += 1
        handler.send(head, recipe.body)
        return true
    }

    /// HTTP/1.1 has no other way to give a request up than to close the connection.
    func abandon(_ slot: RequestSlot) {
        guard slot === current else { return slot.endAbandoned() }
        current = nil
        replace()
        slot.endAbandoned()
    }

    private func replace() {
        sent = 0
        let old = handler
        handler = nil
        old?.close()
        connect()
    }

    func close() {
        isClosing = true
        owner.loop.cancel(retry)
        handler?.close()
        handler = nil
    }

    // What the handler tells

    func received(_ head: HTTPResponseHead, on from: RestHandler) {
        guard from === handler, let current else { return }
        let length = head.headers.first(name: "inference-header-content-length").flatMap { Int($0) }
        let coding: Coding =
            switch head.headers.first(name: "content-encoding") {
            case "gzip": .gzip
            case "deflate": .deflate
            default: .identity
            }
        current.beginReply(status: Int(head.status.code), headerBytes: length, coding: coding)
    }

    func received(_ bytes: ByteBuffer, on from: RestHandler) {
        guard from === handler, let current else { return }
        bytes.withUnsafeReadableBytes { current.appendReply($0) }
    }

    func receivedEnd(keepAlive: Bool, on from: RestHandler) {
        guard from === handler, let slot = current else { return }
        current = nil
        let every = owner.plan.reconnectEvery
        if !keepAlive || (every > 0 && sent >= every) { replace() }
        slot.endReply()
    }

    func closed(_ reason: String, on gone: RestHandler) {
        guard gone === handler else { return }
        handler = nil
        let slot = current
        current = nil
        if !isClosing, !isConnecting { connect() }
        slot?.finish(.connectionLost, reason)
    }
}
