internal import GRPC
internal import HTTP2
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Serving
internal import Synchronization

/// The whole server: the serving core, the protocols in front of it, and their listeners.
public final class Gateway: Sendable {
    /// Where it can be reached, once it is started.
    public struct Addresses: Sendable, Hashable {
        public var grpc: String
        public var http: String
        public var metrics: String

        /// The line that scripts wait for.
        public var line: String { "listening grpc=\(grpc) http=\(http) metrics=\(metrics)" }
    }

    let settings: GatewayConfiguration
    let core: ServingCore
    let log: Logger
    private let group: MultiThreadedEventLoopGroup
    private let server: GRPCServer
    private let web: WebServer
    private let health = ModelHealth()
    let tls: TLSIdentity?
    private let torchKeys: TorchAuthorizer?
    private let metricsPath: [String]?
    private let kserve: KServeService
    private let tensorFlow: TFService
    private let torch: TorchService
    private let socket = PrivateSocket()
    private let capture: RequestCapture?
    private let load: LoadReporter
    private let requests: RequestLog
    private let upkeep = Mutex<Task<Void, Never>?>(nil)

    public init(_ settings: GatewayConfiguration) throws(GatewayError) {
        try settings.validate()
        self.settings = settings
        let switches = LogSwitches(settings.logLevel)
        let log = GatewayLog.make(settings, switches)
        self.log = log
        let processors = System.coreCount
        group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, processors / 2))
        let files = try TFServerFiles(settings)
        var configuration = ServingCore.Configuration(sources: settings.modelRepositories.map { FolderSource(path: $0) })
        if let source = files.source { configuration.sources.append(source) }
        configuration.lanes = settings.threads ?? files.threads ?? processors
        if let rows = files.maxRows { configuration.defaultMaxRows = rows }
        configuration.amend = files.amend
        configuration.controlMode =
            switch settings.modelControlMode {
            case .none: .none
            case .poll: .poll(intervalNanos: 2_000_000_000)
            case .explicit: .explicit
            }
        configuration.startupModels = settings.modelsToLoad
        requests = RequestLog(log: log, switches: switches, slowNanos: settings.slowRequestNanos)
        configuration.watch = requests.watch
        configuration.onEvent = { [health] event in
            GatewayLog.write(event, to: log)
            health.note(event)
        }
        capture = try settings.capture.map { capture throws(GatewayError) in try RequestCapture(capture, clock: configuration.clock, log: log) }
        if let capture { configuration.onRequest = { capture.note($0) } }
        core = ServingCore(configuration)
        metricsPath = files.metricsPath
        if files.wantsPadding {
            log.warning("pad_variable_length_inputs is not supported: requests whose shapes differ do not share a batch")
        }
        load = LoadReporter(core: core, lanes: configuration.lanes)
        var serverConfiguration = GRPCServer.Configuration(settings.limits)
        let tokens: (any Authorizer)?
        let torchKeys = try settings.torchServeTokenPath.map { path throws(GatewayError) in try TorchAuthorizer(file: path) }
        do {
            tls = try settings.tls.map {
                try TLSIdentity(certificateFile: $0.certificatePath, keyFile: $0.keyPath, clientCAFile: $0.clientAuthorityPath)
            }
            let own = try settings.tokenFilePath.map { try TokenAuthorizer(file: $0) }
            if let own, let torchKeys { tokens = EitherAuthorizer(first: own, second: torchKeys) } else { tokens = own.map { $0 as any Authorizer } ?? torchKeys }
        } catch {
            throw GatewayError("\(error)")
        }
        serverConfiguration.authorizer = tokens
        self.torchKeys = torchKeys
        server = GRPCServer(serverConfiguration)
        var limits = WebLimits()
        limits.maxBodyBytes = settings.limits.maxMessageBytes
        web = WebServer(log: log, authorizer: tokens, crossOrigin: CrossOrigin(settings.corsOrigins), limits: limits)
        let extensions = KServeExtensions(
            memory: SharedMemory(prefix: settings.sharedMemoryPrefix), labels: ClassLabels(repositories: settings.modelRepositories),
            load: settings.loadReports ? load : nil)
        kserve = KServeService(core: core, extensions: extensions, log: switches, requests: requests)
        tensorFlow = TFService(core: core, labels: extensions.labels, repositories: settings.modelRepositories, folders: files.folders)
        torch = TorchService(core: core)
        registerServices()
    }

    private func registerServices() {
        kserve.register(on: server)
        kserve.register(on: server, as: TorchService.openInference)
        tensorFlow.register(on: server)
        torch.register(on: server)
        AdministrationService(core: core).register(on: server)
        health.service.register(on: server)
        ReflectionService(source: IndexedDescriptors()) { Self.services }.register(on: server)
        server.register(plain: "/v2/health/live") { _ in PlainResponse(body: ByteBuffer(string: "{\"live\":true}")) }
        server.register(plain: "/v2/health/ready") { [core] _ in
            let isReady = core.isReady
            return PlainResponse(status: isReady ? 200 : 503, body: ByteBuffer(string: "{\"ready\":\(isReady)}"))
        }
    }

    /// The protocols on the HTTP port.
    private var rooms: [any WebRoom] {
        [
            KServeREST(core: core, service: kserve), TFRest(core: core, answers: tensorFlow.answers),
            TorchRest(models: torch.models, keys: torchKeys), MLflowRest(core: core), metricsRoom,
        ]
    }

    private var metricsRoom: MetricsRoom {
        MetricsRoom(page: MetricsPage(core: core, wire: WireMetrics(server: server), capture: capture, load: load), path: metricsPath)
    }

    /// gRPC-Web, unless there is nowhere for the socket that it needs.
    private func gRPCWeb() async throws -> [any WebRoom] {
        guard let socket else {
            log.warning("gRPC-Web is off: there is no folder for temporary files")
            return []
        }
        try await server.bind(unixSocket: socket.path, on: group)
        return [GRPCWebRoom(client: GRPCClient(.unix(path: socket.path), on: group.next()), paths: server.paths)]
    }

    /// Full names of the services on the gRPC port.
    private static let services = [
        KServeService.name, TFService.prediction, TFService.model, TorchService.inference, TorchService.management,
        TorchService.openInference,
        AdministrationService.name, "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
    ]

    /// Loads the start-up set, then listens. Returns once requests are answered.
    public func start() async throws -> Addresses {
        core.start()
        await withCheckedContinuation { continuation in
            core.whenStartupIsDone { continuation.resume() }
        }
        let host = settings.listenAddress
        do {
            warnIfOpen(host)
            let grpc = try await server.bind(host: host, port: settings.grpcPort, on: group, tls: tls(of: .grpc))
            if let path = settings.grpcSocketPath { try await server.bind(unixSocket: path, on: group) }
            let rooms = rooms + (try await gRPCWeb()) + [LivePage(core: core)]
            let http = try await web.start(rooms, host: host, port: settings.httpPort, tls: tls(of: .http), on: group)
            let metrics = try await web.start(
                [metricsRoom], host: host, port: settings.metricsPort, tls: tls(of: .metrics), on: group)
            health.started(services: Self.services)
            keepUp()
            return Addresses(grpc: "\(host):\(grpc)", http: "\(host):\(http)", metrics: "\(host):\(metrics)")
        } catch {
            core.stop()
            throw error
        }
    }

    /// What a port is protected with; nil for plain text.
    private func tls(of port: GatewayConfiguration.Port) -> TLSIdentity? { settings.plainPorts.contains(port) ? nil : tls }

    private func keepUp() {
        let tasks = Task { [load, tls] in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await load.run() }
                if let tls { group.addTask { await self.keepCertificateFresh(tls) } }
            }
        }
        upkeep.withLock { $0 = tasks }
    }

    /// One line when strangers could ask anything.
    private func warnIfOpen(_ host: String) {
        let isLoopback = host == "localhost" || host == "::1" || host.hasPrefix("127.")
        if !isLoopback, !settings.plainPorts.isEmpty {
            let ports = settings.plainPorts.map(\.rawValue).joined(separator: ", ")
            log.warning("\(host): in plain text, as --plain-port says: \(ports)")
        }
        guard !isLoopback, tls == nil, settings.tokenFilePath == nil, settings.torchServeTokenPath == nil else { return }
        log.warning("\(host) is reachable from other machines, in plain text and without tokens: see --tls-cert and --auth-token-file")
    }

    /// Takes no new requests, sends the replies that are owed, and frees everything. Returns how many were left unanswered.
    public func stop() async -> Int {
        // Balancers look away first. Then connections are asked to end, while whatever comes on them is still answered: a request that was
        // on its way when its client heard of it is owed a reply like any other. Only then is nobody let in.
        health.service.drain()
        core.announceLeaving()
        upkeep.withLock { $0?.cancel() }
        let core = core
        let end = core.clock.nowNanos &+ settings.drainNanos
        await web.stop()
        await server.shutdown(grace: UInt64(max(1, end - core.clock.nowNanos)))
        let left = await withCheckedContinuation { continuation in
            // Waiting blocks, and neither an event loop nor the pool of Swift's tasks may be blocked.
            NIOThreadPool.singleton.submit { _ in
                continuation.resume(returning: core.drain(withinNanos: max(0, end - core.clock.nowNanos)))
            }
        }
        socket?.remove()
        core.stop()
        await capture?.finish()
        try? await group.shutdownGracefully()
        return left
    }
}
