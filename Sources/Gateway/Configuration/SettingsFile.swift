internal import Text
internal import YAML

extension GatewayConfiguration {
    /// A file of settings: protects memory against a wrong path. Beyond: an error.
    static let maxFileBytes = 1 << 20

    /// Reads the settings of a file in YAML. Its keys are the names of the command line's options with `_` for `-`; paths are taken as
    /// on the command line, from the working directory.
    public init(file path: String) throws(GatewayError) {
        let bytes: [UInt8]
        do throws(BoundedFile.Failure) { bytes = try BoundedFile.contents(of: path, limit: Self.maxFileBytes) } catch {
            throw GatewayError("cannot read \(path): \(error)")
        }
        self.init()
        do throws(YamlError) {
            guard var map = try YamlMap(bytes, file: path) else { return }
            try read(&map)
            try map.finish()
        } catch {
            throw GatewayError(error.description)
        }
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
        plainPorts = try map.choices("plain_port", Port.allCases.map { ($0.rawValue, $0) }) ?? plainPorts
        tokenFilePath = try map.string("auth_token_file")
        torchServeTokenPath = try map.string("torchserve_token_file")
        tensorFlowServing.modelConfigPath = try map.string("tensorflow_serving_model_config_file")
        tensorFlowServing.batchingParametersPath = try map.string("tensorflow_serving_batching_parameters_file")
        tensorFlowServing.monitoringConfigPath = try map.string("tensorflow_serving_monitoring_config_file")
        sharedMemoryPrefix = try map.string("shared_memory_prefix")
        corsOrigins = try map.strings("cors_origin") ?? corsOrigins
        logFormat = try map.choice("log_format", LogFormat.allCases.map { ($0.rawValue, $0) }) ?? logFormat
        logLevel = try map.choice("log_level", LogLevel.allCases.map { ($0.rawValue, $0) }) ?? logLevel
        if let path = try map.string("capture") {
            var capture = Capture(path: path)
            capture.share = try map.double("capture_share", in: 0...1) ?? capture.share
            capture.maxFileBytes = try map.int("capture_bytes", in: 4096...Int.max) ?? capture.maxFileBytes
            capture.maxFiles = try map.int("capture_files", in: 1...1000) ?? capture.maxFiles
            self.capture = capture
        }
        slowRequestNanos = try map.duration("slow_request") ?? slowRequestNanos
        drainNanos = try map.duration("drain") ?? drainNanos
        loadReports = try map.bool("load_reports") ?? loadReports
        if var inner = try map.map("limits") {
            try limits.read(&inner)
            try inner.finish()
        }
    }
}

extension GatewayConfiguration.Limits {
    fileprivate mutating func read(_ map: inout YamlMap) throws(YamlError) {
        maxMessageBytes = try map.int("max_message_bytes", in: 1...Int(Int32.max)) ?? maxMessageBytes
        maxConnectionMessageBytes = try map.int("max_connection_message_bytes", in: 1...(1 << 40)) ?? maxConnectionMessageBytes
        maxConcurrentStreams = try map.int("max_concurrent_streams", in: 1...Int(Int32.max)) ?? maxConcurrentStreams
        maxConnections = try map.int("max_connections", in: 1...(1 << 24)) ?? maxConnections
        maxConnectionAgeNanos = try map.duration("max_connection_age") ?? maxConnectionAgeNanos
        maxConnectionAgeGraceNanos = try map.duration("max_connection_age_grace") ?? maxConnectionAgeGraceNanos
        idleTimeoutNanos = try map.duration("idle_timeout") ?? idleTimeoutNanos
        keepaliveIntervalNanos = try map.duration("keepalive_interval") ?? keepaliveIntervalNanos
        keepaliveTimeoutNanos = try map.duration("keepalive_timeout") ?? keepaliveTimeoutNanos
    }
}
