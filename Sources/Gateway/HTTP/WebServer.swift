internal import GRPC
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import Synchronization

/// The HTTP/1.1 ports: one for REST in every dialect, one for metrics.
final class WebServer: Sendable {
    private let log: Logger
    private let limits = WebLimits()
    private let authorizer: (any Authorizer)?
    private let crossOrigin: CrossOrigin
    private let running = Mutex<[Task<Void, any Error>]>([])

    init(log: Logger, authorizer: (any Authorizer)?, crossOrigin: CrossOrigin) {
        self.log = log
        self.crossOrigin = crossOrigin
        self.authorizer = authorizer
    }

    /// Listens in the background with the given rooms; returns the port.
    func start(_ rooms: [any WebRoom], host: String, port: Int, on group: any EventLoopGroup) async throws -> Int {
        let (ports, found) = AsyncStream.makeStream(of: Int.self)
        var quiet = log
        quiet.logLevel = .error
        let application = Application(
            responder: WebResponder(rooms: rooms, authorizer: authorizer, limits: limits, crossOrigin: crossOrigin),
            server: .http1(configuration: .init(idleTimeout: .seconds(limits.idleSeconds))),
            configuration: .init(address: .hostname(host, port: port)),
            onServerRunning: { channel in found.yield(channel.localAddress?.port ?? port) },
            eventLoopGroupProvider: .shared(group), logger: quiet)
        let task = Task {
            defer { found.finish() }
            try await application.run()
        }
        running.withLock { $0.append(task) }
        for await port in ports { return port }
        try await task.value
        throw GatewayError("\(host):\(port): the HTTP server ended as it started")
    }

    func stop() async {
        let tasks = running.withLock { tasks in
            defer { tasks = [] }
            return tasks
        }
        for task in tasks { task.cancel() }
        for task in tasks { _ = try? await task.value }
    }
}
