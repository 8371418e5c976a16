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

    /// Certificates, all of them PEM files; read again when they change.
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
    public var tokenFilePath: String?
    public var logFormat = LogFormat.text
    public var logLevel = LogLevel.info
    /// Requests that take longer get a line in the log; 0 for none.
    public var slowRequestNanos: Int64 = 1_000_000_000
    /// What the keys of system shared memory must begin with that clients may register; nil allows none.
    public var sharedMemoryPrefix: String?
    /// Origins whose pages a browser may let call the HTTP port, `*` for all; empty for none.
    public var corsOrigins: [String] = []
    /// How long replies that are owed may take once the server is told to stop.
    public var drainNanos: Int64 = 30_000_000_000
    public var limits = Limits()

    public init() {}

    /// What clients may ask of the server. Durations are in nanoseconds; 0 turns a timer off.
    public struct Limits: Sendable, Hashable {
        /// The largest request, before and after decompression. Beyond: RESOURCE_EXHAUSTED.
        public var maxMessageBytes = 64 << 20
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
        guard !modelRepositories.isEmpty else { throw GatewayError("no model repository is given: --model-repository DIR") }
        for path in modelRepositories { try Self.checkFolder(path) }
        for (name, port) in [("grpc-port", grpcPort), ("http-port", httpPort), ("metrics-port", metricsPort)]
        where !(0...65535).contains(port) {
            throw GatewayError("--\(name): \(port) is not a port")
        }
        if let threads, !(1...1024).contains(threads) { throw GatewayError("--threads: \(threads) is not from 1 to 1024") }
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
