public import HTTP2
public import NIOCore
internal import NIOPosix
internal import Glibc
internal import Synchronization

extension GRPCServer {
    /// Listens on `host`, on `port` or, if that is 0, on a free one. Returns the port.
    ///
    /// With `reusePort` every event loop of `group` has a listener of its own and serves what the kernel hands it;
    /// otherwise one listener deals connections out in turn.
    public func bind(
        host: String, port: Int, on group: any EventLoopGroup, tls: TLSIdentity? = nil, reusePort: Bool = false
    ) async throws -> Int {
        guard reusePort else {
            let listener = try await bootstrap(group, tls: tls).bind(host: host, port: port).get()
            try await keep([listener])
            return listener.localAddress?.port ?? port
        }
        var listeners: [any Channel] = []
        var bound = port
        for eventLoop in group.makeIterator() {
            let listener = try await bootstrap(eventLoop, tls: tls)
                .serverChannelOption(ChannelOptions.socketOption(NIOBSDSocket.Option(rawValue: SO_REUSEPORT)), value: 1)
                .bind(host: host, port: bound).get()
            listeners.append(listener)
            bound = listener.localAddress?.port ?? bound
        }
        try await keep(listeners)
        return bound
    }

    /// Listens on a Unix socket, in place of one that an earlier process has left at `path`.
    public func bind(unixSocket path: String, on group: any EventLoopGroup) async throws {
        let listener = try await bootstrap(group, tls: nil)
            .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
        try await keep([listener])
    }

    private func keep(_ listeners: [any Channel]) async throws {
        guard !add(listeners) else { return }
        for listener in listeners { try? await listener.close() }
        throw Status(.unavailable, "the server is shutting down")
    }

    private func bootstrap(_ group: any EventLoopGroup, tls: TLSIdentity?) -> ServerBootstrap {
        let highWater = configuration.limits.maxUnsentBytes
        return ServerBootstrap(group: group)
            .serverChannelOption(ChannelOptions.backlog, value: 1024)
            .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
            .childChannelOption(ChannelOptions.maxMessagesPerRead, value: 4)
            // Every connection keeps a buffer for its next read: small ones while it says little.
            .childChannelOption(
                ChannelOptions.recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 512, maximum: 64 << 10))
            .childChannelOption(
                ChannelOptions.writeBufferWaterMark,
                value: ChannelOptions.Types.WriteBufferWaterMark(low: max(1, highWater / 2), high: max(1, highWater))
            )
            .childChannelInitializer { [self] channel in accept(channel, tls: tls) }
    }

    private func accept(_ channel: any Channel, tls: TLSIdentity?) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            guard !isStopping, openConnections.load(ordering: .relaxed) < configuration.limits.maxConnections else {
                counters.count(.connectionsRefused)
                throw Status(.unavailable, "too many connections")
            }
            let server = serverLoop(for: channel.eventLoop)
            try tls?.protect(channel, for: .grpc)
            let handler = ConnectionHandler(loop: server.loop) { [self] handler, channel in
                let peer = PeerIdentity(address: channel.remoteAddress.map { $0.ipAddressAndPort } ?? "")
                return try makeConnection(server, output: handler, peer: peer)
            }
            try channel.pipeline.syncOperations.addHandler(handler)
            openConnections.wrappingAdd(1, ordering: .relaxed)
            server.add(handler)
            channel.closeFuture.assumeIsolated().whenComplete { [self] _ in
                openConnections.wrappingSubtract(1, ordering: .relaxed)
                server.remove(handler)
            }
        }
    }

    /// Stops: no new connections, open ones are asked to end in two phases, and calls get `grace` nanoseconds to finish.
    /// Returns once every connection is closed.
    public func shutdown(grace: UInt64) async {
        let (listeners, loops) = takeForShutdown()
        for listener in listeners {
            let path = listener.localAddress?.pathname
            try? await listener.close()
            if let path, !path.isEmpty { unlink(path) }
        }
        for server in loops {
            server.loop.eventLoop?.execute { server.drain(reason: "Server shutdown", grace: max(1, grace)) }
        }
        // Connections close themselves at the end of their grace; this only waits for it, and bounds what a lost timer
        // could cost.
        let bound = ContinuousClock.now.advanced(by: .nanoseconds(Int64(clamping: grace)) + .seconds(3))
        while openConnections.load(ordering: .relaxed) > 0, ContinuousClock.now < bound {
            try? await Task.sleep(for: .milliseconds(5))
        }
        for server in loops {
            server.loop.eventLoop?.execute {
                for handler in server.connections.values { handler.close() }
                server.forgetCalls()
            }
        }
    }
}

extension SocketAddress {
    /// "10.0.0.7:41234", "[::1]:41234", or a socket's path.
    fileprivate var ipAddressAndPort: String {
        switch self {
        case .v4: "\(ipAddress ?? ""):\(port ?? 0)"
        case .v6: "[\(ipAddress ?? "")]:\(port ?? 0)"
        case .unixDomainSocket: pathname ?? ""
        }
    }
}
