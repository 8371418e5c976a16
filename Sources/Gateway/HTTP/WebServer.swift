internal import GRPC
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import Serving
internal import Synchronization

/// The HTTP/1.1 ports: health for probes that speak no gRPC, and metrics.
final class WebServer: Sendable {
    enum Role: Sendable {
        case rest, metrics
    }

    private let core: ServingCore
    private let wire: WireMetrics
    private let log: Logger
    private let tokens: TokenAuthorizer?
    private let running = Mutex<[(services: ServiceGroup, task: Task<Void, any Error>)]>([])
    /// What replies under way get when the server stops. Beyond: their connections are closed.
    private static let stopGrace = Duration.seconds(5)

    /// With `tokens`, metrics are for those whose token has that scope.
    init(core: ServingCore, wire: WireMetrics, log: Logger, tokens: TokenAuthorizer?) {
        self.core = core
        self.wire = wire
        self.log = log
        self.tokens = tokens
    }

    /// Listens in the background; returns the port.
    func start(_ role: Role, host: String, port: Int, on group: any EventLoopGroup) async throws -> Int {
        let router = role == .rest ? restRouter() : metricsRouter()
        let (ports, found) = AsyncStream.makeStream(of: Int.self)
        var quiet = log
        quiet.logLevel = .error
        let application = Application(
            router: router, configuration: .init(address: .hostname(host, port: port)),
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

    func stop() async {
        let running = running.withLock { running in
            defer { running = [] }
            return running
        }
        for (services, _) in running { await services.triggerGracefulShutdown() }
        for (_, task) in running { _ = try? await task.value }
    }

    private func restRouter() -> Router<BasicRequestContext> {
        let router = Router()
        router.get("/v2/health/live") { _, _ in HTTPResponse.Status.ok }
        router.get("/v2/health/ready") { [core] _, _ in core.isReady ? HTTPResponse.Status.ok : .serviceUnavailable }
        router.get("/v2/models/{model}/ready") { [core] _, context in
            let model = try context.parameters.require("model")
            return core.isReady(model: model) ? HTTPResponse.Status.ok : .badRequest
        }
        return router
    }

    private func metricsRouter() -> Router<BasicRequestContext> {
        let router = Router()
        if let tokens { router.add(middleware: TokenMiddleware(tokens: tokens, scope: .metrics)) }
        router.get("/metrics") { [core, wire] _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: MetricsPage(core: core, wire: wire).text)))
        }
        return router
    }
}
