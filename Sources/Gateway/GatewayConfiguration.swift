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
    /// What the keys of system shared memory must begin with that clients may register; nil allows none.
    public var sharedMemoryPrefix: String?
    /// Origins whose pages a browser may let call the HTTP port, `*` for all; empty for none.
    public var corsOrigins: [String] = []
    /// How long replies that are owed may take once the server is told to stop.
    public var drainSeconds = 30

    public init() {}
}
