internal import GRPC
internal import HTTP2
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import Synchronization

/// The HTTP/1.1 ports: one for REST in every dialect, one for metrics.
final class WebServer: Sendable {
    private let log: Logger
    private let limits: WebLimits
    private let authorizer: (any Authorizer)?
    private let crossOrigin: CrossOrigin
    private let running = Mutex<[(services: ServiceGroup, task: Task<Void, any Error>)]>([])
    /// What replies under way get when the server stops. Beyond: their connections are closed.
    private static let stopGrace = Duration.seconds(5)

    init(log: Logger, authorizer: (any Authorizer)?, crossOrigin: CrossOrigin, limits: WebLimits) {
        self.log = log
        self.crossOrigin = crossOrigin
        self.authorizer = authorizer
        self.limits = limits
    }

    /// Listens in the background with the given rooms, in plain text when there is no certificate; returns the port.
    func start(_ rooms: [any WebRoom], host: String, port: Int, tls: TLSIdentity?, on group: any EventLoopGroup) async throws -> Int {
        let (ports, found) = AsyncStream.makeStream(of: Int.self)
        var quiet = log
        quiet.logLevel = .error
        let application = Application(
            responder: WebResponder(rooms: rooms, authorizer: authorizer, limits: limits, crossOrigin: crossOrigin),
            server: channels(tls),
            configuration: .init(address: .hostname(host, port: port)),
            onServerRunning: { channel in found.yield(channel.localAddress?.port ?? port) },
            eventLoopGroupProvider: .shared(group), logger: quiet)
        var lifecycle = ServiceGroupConfiguration(services: [application], logger: quiet)
        lifecycle.maximumGracefulShutdownDuration = Self.stopGrace
        let services = ServiceGroup(configuration: lifecycle)
        let task = Task {
            defer { found.finish() }
            try await services.run()
        }
        running.withLock { $0.append((services, task)) }
        for await port in ports { return port }
        try await task.value
        throw GatewayError("\(host):\(port): the HTTP server ended as it started")
    }

    /// How a connection is spoken to.
    private func channels(_ tls: TLSIdentity?) -> HTTPServerBuilder {
        let configuration = HTTP1Channel.Configuration(idleTimeout: .seconds(limits.idleSeconds))
        guard let tls else { return .http1(configuration: configuration) }
        return HTTPServerBuilder { responder in
            SecureChannel(base: HTTP1Channel(responder: responder, configuration: configuration), identity: tls)
        }
    }

    func stop() async {
        let running = running.withLock { running in
            defer { running = [] }
            return running
        }
        for (services, _) in running { await services.triggerGracefulShutdown() }
        for (_, task) in running { _ = try? await task.value }
    }
}
