internal import GRPC
internal import HTTP2
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// One connection to the server, made again when it is lost. Confined to its event loop, which is what `@unchecked Sendable`
/// rests on.
final class LoadConnection: LoadLane, ConnectionObserver, @unchecked Sendable {
    private unowned let owner: LoadLoop
    private let server: ServerAddress
    private let limits: Limits
    private let counters: WireCounters
    let eventLoop: any EventLoop
    private let tls: NIOSSLContext?
    /// Takes new requests; nil while there is none that does.
    private var connection: Connection?
    private var kept: [RequestSlot] = []
    private var sent = 0
    private var backoff: UInt64 = 10_000_000
    private var isClosing = false
    private var retry: LoopTimer!
    private let firstReady: EventLoopPromise<Void>
    private var wasReady = false
    private var isConnecting = false
    /// Closes a connection whose peer does not speak.
    private var patience: LoopTimer!
    private static let patienceNanos: UInt64 = 5_000_000_000

    init(owner: LoadLoop, server: ServerAddress, tls: NIOSSLContext?, counters: WireCounters, eventLoop: any EventLoop) {
        self.owner = owner
        self.server = server
        self.tls = tls
        self.counters = counters
        self.eventLoop = eventLoop
        limits = Self.limits(owner.plan)
        firstReady = eventLoop.makePromise()
        retry = LoopTimer { [unowned self] _ in connect() }
        patience = LoopTimer { [unowned self] _ in attempt?.terminate(.noError, reason: "no SETTINGS") }
    }

    /// A load generator trusts the server: nothing that it sends often is held against it.
    private static func limits(_ plan: RunPlan) -> Limits {
        var limits = Limits()
        let endless = Limits.Rate(burst: 1 << 40, perSecond: 1 << 30)
        limits.resetsReceived = endless
        limits.resetsProvoked = endless
        limits.pings = endless
        limits.settings = endless
        limits.windowUpdates = endless
        limits.priorities = endless
        limits.emptyData = endless
        limits.unknownFrames = endless
        limits.idleTimeout = 0
        limits.keepaliveInterval = 0
        if plan.readBytesPerSecond > 0 { limits.streamWindowBytes = Int32(clamping: max(16, plan.readBytesPerSecond)) }
        return limits
    }

    func isOwned(by loop: LoadLoop) -> Bool { owner === loop }

    /// Connects for the first time; the future fails when that fails.
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
            .channelOption(ChannelOptions.maxMessagesPerRead, value: 4)
        let future = server.target.connect(bootstrap, tls: self.tls, name: server.tls?.serverName) { [self] channel in
            try channel.pipeline.syncOperations.addHandler(handler())
        }
        future.assumeIsolated().whenFailure { [self] error in
            owner.loop.turn { lost("cannot connect to \(server.target): \(Self.text(error))") }
        }
    }

    private func handler() -> ConnectionHandler {
        ConnectionHandler(loop: owner.loop) { [self] handler, _ in
            let fresh = try Connection(
                role: .client, limits: limits, loop: owner.loop, counters: counters, peer: PeerIdentity(address: server.target.description),
                output: handler)
            fresh.observer = self
            attempt = fresh
            owner.loop.set(patience, deadline: owner.loop.now &+ Self.patienceNanos)
            return fresh
        }
    }

    /// A connection whose peer has not spoken yet.
    private var attempt: Connection?

    private func lost(_ reason: String) {
        isConnecting = false
        owner.loop.cancel(patience)
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

    private static func text(_ error: any Error) -> String {
        ConnectReason.text("\(error)")
    }

    // RequestLane

    func send(_ slot: RequestSlot, _ recipe: LoopRecipe) -> Bool {
        guard let connection, connection.isActive,
            let stream = connection.open(recipe.headers, endStream: recipe.body.readableBytes == 0, handler: slot)
        else {
            kept.append(slot)
            return false
        }
        slot.stream = stream
        if recipe.body.readableBytes > 0 {
            stream.send(recipe.body)
            stream.end()
        }
        sent += 1
        let every = owner.plan.reconnectEvery
        if every > 0, sent >= every { replace() }
        return true
    }

    func abandon(_ slot: RequestSlot) {
        slot.stream?.reset(.cancel)
    }

    /// Goes on with a new connection; what is under way ends on the old one.
    private func replace() {
        sent = 0
        if let old = connection { retired.append(old) }
        connection = nil
        connect()
    }

    private var retired: [Connection] = []

    private func closeRetired() {
        retired.removeAll { old in
            guard old.openStreams == 0 || isClosing else { return false }
            old.terminate(.noError, reason: "done")
            return true
        }
    }

    func close() {
        isClosing = true
        owner.loop.cancel(retry)
        owner.loop.cancel(patience)
        connection?.terminate(.noError, reason: "done")
        connection = nil
        closeRetired()
    }

    // ConnectionObserver

    func connectionIsReady(_ fresh: Connection) {
        guard fresh === attempt else { return }
        attempt = nil
        isConnecting = false
        owner.loop.cancel(patience)
        guard !isClosing else { return fresh.terminate(.noError, reason: "done") }
        connection = fresh
        owner.learned(allowedStreams: fresh.peerMaxConcurrentStreams)
        closeRetired()
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

    func connectionIsLeaving(_ leaving: Connection, lastStreamID: Int32, _ code: ErrorCode) {
        guard leaving === connection else { return }
        replace()
    }

    func connectionWillBeLost(_ gone: Connection) {
        if gone === connection { connection = nil }
        retired.removeAll { $0 === gone }
    }

    func connectionIsLost(_ gone: Connection) {
        if gone === attempt {
            attempt = nil
            return lost(
                "\(server.target) accepted the connection and did not speak HTTP/2\(tls == nil ? "" : " over TLS, or the handshake failed")"
            )
        }
        guard connection == nil, !isConnecting, !isClosing, !retry.isArmed else { return }
        owner.loop.set(retry, deadline: owner.loop.now &+ backoff)
    }
}
