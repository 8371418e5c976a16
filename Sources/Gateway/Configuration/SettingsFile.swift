internal import Glibc
internal import YAML

extension GatewayConfiguration {
    /// A file of settings: protects memory against a wrong path. Beyond: an error.
    static let maxFileBytes = 1 << 20

    /// Reads the settings of a file in YAML. Its keys are the names of the command line's options with `_` for `-`; paths are taken as
    /// on the command line, from the working directory.
    public init(file path: String) throws(GatewayError) {
        let bytes = try Self.contents(of: path)
        self.init()
        do throws(YamlError) {
            guard var map = try YamlMap(bytes, file: path) else { return }
            try read(&map)
            try map.finish()
        } catch {
            throw GatewayError(error.description)
        }
    }

    private static func contents(of path: String) throws(GatewayError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw GatewayError("cannot read \(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: maxFileBytes + 1)
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress! + filled, $0.count - filled) }
            guard count >= 0 else { throw GatewayError("cannot read \(path): \(String(cString: strerror(errno)))") }
            if count == 0 { break }
            filled += count
        }
        guard filled <= maxFileBytes else { throw GatewayError("\(path): larger than \(maxFileBytes) bytes") }
        bytes.removeSubrange(filled...)
        return bytes
    }

    private mutating func read(_ map: inout YamlMap) throws(YamlError) {
        modelRepositories = try map.strings("model_repository") ?? modelRepositories
        listenAddress = try map.string("listen") ?? listenAddress
        let ports = 0...65535
        grpcPort = try map.int("grpc_port", in: ports) ?? grpcPort
        httpPort = try map.int("http_port", in: ports) ?? httpPort
        metricsPort = try map.int("metrics_port", in: ports) ?? metricsPort
        grpcSocketPath = try map.string("grpc_socket")
        modelControlMode = try map.choice("model_control_mode", ModelControlMode.allCases.map { ($0.rawValue, $0) }) ?? modelControlMode
        modelsToLoad = try map.strings("load_model") ?? modelsToLoad
        threads = try map.int("threads", in: 1...1024)
        let certificate = try map.string("tls_cert")
        let key = try map.string("tls_key")
        let authority = try map.string("tls_client_ca")
        if let certificate, let key {
            tls = TLS(certificatePath: certificate, keyPath: key, clientAuthorityPath: authority)
        } else if certificate != nil || key != nil || authority != nil {
            throw YamlError("\(map.file):\(map.line): 'tls_cert' and 'tls_key' go together, and 'tls_client_ca' needs both")
        }
        tokenFilePath = try map.string("auth_token_file")
        sharedMemoryPrefix = try map.string("shared_memory_prefix")
        corsOrigins = try map.strings("cors_origin") ?? corsOrigins
        logFormat = try map.choice("log_format", LogFormat.allCases.map { ($0.rawValue, $0) }) ?? logFormat
        logLevel = try map.choice("log_level", LogLevel.allCases.map { ($0.rawValue, $0) }) ?? logLevel
        slowRequestNanos = try map.duration("slow_request") ?? slowRequestNanos
        drainNanos = try map.duration("drain") ?? drainNanos
        if var inner = try map.map("limits") {
            try limits.read(&inner)
            try inner.finish()
        }
    }
}

extension GatewayConfiguration.Limits {
    fileprivate mutating func read(_ map: inout YamlMap) throws(YamlError) {
        maxMessageBytes = try map.int("max_message_bytes", in: 1...Int(Int32.max)) ?? maxMessageBytes
        maxConcurrentStreams = try map.int("max_concurrent_streams", in: 1...Int(Int32.max)) ?? maxConcurrentStreams
        maxConnections = try map.int("max_connections", in: 1...(1 << 24)) ?? maxConnections
        maxConnectionAgeNanos = try map.duration("max_connection_age") ?? maxConnectionAgeNanos
        maxConnectionAgeGraceNanos = try map.duration("max_connection_age_grace") ?? maxConnectionAgeGraceNanos
        idleTimeoutNanos = try map.duration("idle_timeout") ?? idleTimeoutNanos
        keepaliveIntervalNanos = try map.duration("keepalive_interval") ?? keepaliveIntervalNanos
        keepaliveTimeoutNanos = try map.duration("keepalive_timeout") ?? keepaliveTimeoutNanos
    }
}
