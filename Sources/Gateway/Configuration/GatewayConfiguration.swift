internal import Glibc

/// Everything that `martlet serve` can be told, checked and complete.
public struct GatewayConfiguration: Sendable, Hashable {
    public enum ModelControlMode: String, Sendable, Hashable, CaseIterable {
        /// Loads what is there at the start and leaves it at that.
        case none
        /// Watches the repository and follows it.
        case poll
        /// Loads and unloads on request.
        case explicit
    }

    public enum LogFormat: String, Sendable, Hashable, CaseIterable {
        case text, json
    }

    public enum LogLevel: String, Sendable, Hashable, CaseIterable {
        case trace, debug, info, notice, warning, error, critical
    }

    /// A port by what it is for.
    public enum Port: String, Sendable, Hashable, CaseIterable {
        case grpc, http, metrics
    }

    /// Certificates of all ports, PEM files; read again when they change.
    public struct TLS: Sendable, Hashable {
        public var certificatePath: String
        public var keyPath: String
        /// Whose clients are let in; nil lets in every client.
        public var clientAuthorityPath: String?

        public init(certificatePath: String, keyPath: String, clientAuthorityPath: String? = nil) {
            self.certificatePath = certificatePath
            self.keyPath = keyPath
            self.clientAuthorityPath = clientAuthorityPath
        }
    }

    /// Files that TensorFlow Serving's model server takes, in protobuf's text format.
    public struct TensorFlowServing: Sendable, Hashable {
        /// Models, where they are, and which of their versions are served.
        public var modelConfigPath: String?
        /// How requests are put together to batches, for models that do not say.
        public var batchingParametersPath: String?
        /// Where metrics are.
        public var monitoringConfigPath: String?

        public init() {}
    }

    /// What is recorded of the requests that come in. The files hold what clients sent, as it is.
    public struct Capture: Sendable, Hashable {
        public var path: String
        /// Of all requests, 0…1: chosen by chance, so that no pattern of the traffic hides.
        public var share = 1.0
        /// A file that would grow beyond becomes `path.1`, and a new one is begun.
        public var maxFileBytes = 64 << 20
        /// Files in all, the one that is written included. Beyond: the oldest is deleted.
        public var maxFiles = 4

        public init(path: String) { self.path = path }
    }

    /// Folders in Triton's layout.
    public var modelRepositories: [String] = []
    public var listenAddress = "127.0.0.1"
    /// Ports; 0 takes a free one.
    public var grpcPort = 8001
    public var httpPort = 8000
    public var metricsPort = 8002
    /// A Unix socket beside the gRPC port.
    public var grpcSocketPath: String?
    public var modelControlMode = ModelControlMode.none
    /// Models to load at the start in `explicit` mode.
    public var modelsToLoad: [String] = []
    /// Compute threads; nil takes one per processor.
    public var threads: Int?
    public var tls: TLS?
    /// Ports that stay in plain text although there is a certificate.
    public var plainPorts: [Port] = []
    public var tokenFilePath: String?
    /// Keys in TorchServe's form; made when it is not there.
    public var torchServeTokenPath: String?
    public var tensorFlowServing = TensorFlowServing()
    public var logFormat = LogFormat.text
    public var logLevel = LogLevel.info
    /// Requests that take longer get a line in the log; 0 for none.
    public var slowRequestNanos: Int64 = 1_000_000_000
    /// What the keys of system shared memory must begin with that clients may register; nil allows none.
    public var sharedMemoryPrefix: String?
    /// Origins whose pages a browser may let call the HTTP port, `*` for all; empty for none.
    public var corsOrigins: [String] = []
    /// Where requests are recorded; nil for nowhere.
    public var capture: Capture?
    /// How long replies that are owed may take once the server is told to stop.
    public var drainNanos: Int64 = 30_000_000_000
    /// Whether answers tell balancers how loaded the server is.
    public var loadReports = false
    public var limits = Limits()

    public init() {}

    /// What clients may ask of the server. Durations are in nanoseconds; 0 turns a timer off.
    public struct Limits: Sendable, Hashable {
        /// The largest request, before and after decompression. Beyond: RESOURCE_EXHAUSTED.
        public var maxMessageBytes = 64 << 20
        /// Memory of the messages of one connection, at least four times the largest request. Beyond: RESOURCE_EXHAUSTED.
        public var maxConnectionMessageBytes = 512 << 20
        /// Requests open at once on one connection. Beyond: REFUSED_STREAM.
        public var maxConcurrentStreams = 256
        /// Beyond: a new connection is closed at once.
        public var maxConnections = 16_384
        /// Beyond: GOAWAY, and the connection ends when its requests have.
        public var maxConnectionAgeNanos: Int64 = 0
        /// Beyond: the requests of a connection that is too old fail.
        public var maxConnectionAgeGraceNanos: Int64 = 60_000_000_000
        /// Nothing open for this long: GOAWAY.
        public var idleTimeoutNanos: Int64 = 3_600_000_000_000
        /// Nothing received for this long: a PING asks whether the client is there.
        public var keepaliveIntervalNanos: Int64 = 7_200_000_000_000
        /// No answer to that PING: the connection is closed.
        public var keepaliveTimeoutNanos: Int64 = 20_000_000_000
    }

    /// - Throws: for the first setting that cannot be, by its name on the command line.
    public func validate() throws(GatewayError) {
        guard !modelRepositories.isEmpty || tensorFlowServing.modelConfigPath != nil else { throw GatewayError("no model repository is given: --model-repository DIR") }
        for path in modelRepositories { try Self.checkFolder(path) }
        for (name, port) in [("grpc-port", grpcPort), ("http-port", httpPort), ("metrics-port", metricsPort)]
        where !(0...65535).contains(port) {
            throw GatewayError("--\(name): \(port) is not a port")
        }
        try capture?.validate()
        if let threads, !(1...1024).contains(threads) { throw GatewayError("--threads: \(threads) is not from 1 to 1024") }
        guard plainPorts.isEmpty || tls != nil else { throw GatewayError("--plain-port needs --tls-cert: without it every port is in plain text") }
        guard modelsToLoad.isEmpty || modelControlMode == .explicit else {
            throw GatewayError("--load-model needs --model-control-mode explicit")
        }
    }

    private static func checkFolder(_ path: String) throws(GatewayError) {
        guard let folder = opendir(path) else {
            throw GatewayError("cannot read the model repository '\(path)': \(String(cString: strerror(errno)))")
        }
        closedir(folder)
    }
}

extension GatewayConfiguration.Capture {
    /// - Throws: for the first setting that cannot be.
    public func validate() throws(GatewayError) {
        guard !path.isEmpty else { throw GatewayError("--capture: the path is empty") }
        guard share > 0, share <= 1 else { throw GatewayError("--capture-share: \(share) is not above 0 and up to 1") }
        guard maxFileBytes >= 4096 else { throw GatewayError("--capture-bytes: \(maxFileBytes) is less than 4096") }
        guard (1...1000).contains(maxFiles) else { throw GatewayError("--capture-files: \(maxFiles) is not from 1 to 1000") }
    }
}
