/// Where and how the server is asked that answers for a model with `backend: grpc`.
public struct RemoteSpec: Sendable, Hashable {
    /// `HOST:PORT` or `unix:PATH`.
    public var target: String
    /// The model's name there; nil for its name here.
    public var model: String?
    /// Its version there; empty for that server's choice.
    public var version: String
    /// Connections; calls take turns on them.
    public var connections: Int
    /// One call, attempts together. Beyond: DEADLINE_EXCEEDED.
    public var timeoutNanos: Int64
    /// Attempts of one call. More than one is made only where the call cannot have reached a model.
    public var attempts: Int
    /// Metadata that every call carries.
    public var metadata: [String: String]
    /// Names of metadata that callers' own calls bring and that are passed on.
    public var forwardedMetadata: [String]
    public var tls: TLS?

    public struct TLS: Sendable, Hashable {
        /// A file of certificates to trust; nil for the system's.
        public var trustFile: String?
        public var serverName: String?
        public var certificateFile: String?
        public var keyFile: String?

        public init() {}
    }

    public init(target: String) {
        self.target = target
        version = ""
        connections = 1
        timeoutNanos = 30_000_000_000
        attempts = 3
        metadata = [:]
        forwardedMetadata = ["traceparent", "tracestate", "x-request-id"]
    }
}
