internal import ArgumentParser
internal import Gateway

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Serve the models of a repository until told to stop (SIGTERM drains).")

    @Option(help: "Folder of models, one folder a model: NAME/VERSION/model.onnx. May be given again.")
    var modelRepository: [String] = []
    @Option(help: "File of settings in YAML, keys as the options here with _ for -; options on the command line win.") var config: String?
    @Option(help: "Address to listen on (default: 127.0.0.1).") var listen: String?
    @Option(help: "Port of every gRPC service; 0 takes a free one (default: 8001).") var grpcPort: Int?
    @Option(help: "Port of REST; 0 takes a free one (default: 8000).") var httpPort: Int?
    @Option(help: "Port of Prometheus metrics; 0 takes a free one (default: 8002).") var metricsPort: Int?
    @Option(help: "Unix socket for gRPC, beside the port.") var grpcSocket: String?
    @Option(help: "When models are loaded: none (at the start), poll (follow the folder), explicit (on request). (default: none)")
    var modelControlMode: GatewayConfiguration.ModelControlMode?
    @Option(help: "Model to load at the start in explicit mode. May be given again.") var loadModel: [String] = []
    @Option(help: "Compute threads (default: one per processor).") var threads: Int?
    @Option(help: "Certificate chain for every port, PEM; read again when it changes.") var tlsCert: String?
    @Option(help: "Private key, PEM.") var tlsKey: String?
    @Option(help: "Authorities whose clients are let in, PEM.") var tlsClientCa: String?
    @Option(help: "Port that stays in plain text in spite of --tls-cert: grpc, http or metrics. May be given again.")
    var plainPort: [GatewayConfiguration.Port] = []
    @Option(help: "File of bearer tokens, a line each: TOKEN SCOPE[,SCOPE] with scopes infer, admin, metrics.") var authTokenFile: String?
    @Option(help: "File of keys as TorchServe writes it (key_file.json); made when it is not there.") var torchserveTokenFile: String?
    @Option(help: "TensorFlow Serving's model_config_file: models, their folders, version policies and labels.")
    var tensorflowServingModelConfigFile: String?
    @Option(help: "TensorFlow Serving's batching_parameters_file, for models that do not say how they are batched.")
    var tensorflowServingBatchingParametersFile: String?
    @Option(help: "TensorFlow Serving's monitoring_config_file: a further path of the metrics on the HTTP port.")
    var tensorflowServingMonitoringConfigFile: String?
    @Option(help: "Let clients register system shared memory whose key begins with this (default: none).") var sharedMemoryPrefix: String?
    @Option(help: "Origin whose pages may call the HTTP port from a browser, or * for all. May be given again.") var corsOrigin: [String] = []
    @Option(help: "Record requests to this file, as clients sent them: it may hold what is private (default: none).") var capture: String?
    @Option(help: "Share of requests that are recorded, such as 0.01 (default: 1).") var captureShare: Double?
    @Option(help: "Bytes of a file of records; beyond, it becomes FILE.1 and a new one is begun (default: 67108864).") var captureBytes: Int?
    @Option(help: "Files of records that are kept (default: 4).") var captureFiles: Int?
    @Flag(help: "Tell balancers the load in the trailers of every answer (ORCA).") var loadReports = false
    @Option(help: "Form of the log: text or json (default: text).") var logFormat: GatewayConfiguration.LogFormat?
    @Option(help: "Requests that take longer than so many milliseconds get a line in the log; 0 for none (default: 1000).") var slowRequest: Int?
    @Option(help: "Least level that is logged (default: info).") var logLevel: GatewayConfiguration.LogLevel?

    func validate() throws {
        guard (0...86_400_000).contains(slowRequest ?? 0) else { throw ValidationError("--slow-request is from 0 to 86400000") }
        guard (tlsCert == nil) == (tlsKey == nil) else { throw ValidationError("--tls-cert and --tls-key go together") }
        guard tlsClientCa == nil || tlsCert != nil else { throw ValidationError("--tls-client-ca needs --tls-cert and --tls-key") }
        guard capture != nil || config != nil || (captureShare == nil && captureBytes == nil && captureFiles == nil) else {
            throw ValidationError("--capture-share, --capture-bytes and --capture-files need --capture FILE")
        }
        guard !modelRepository.isEmpty || config != nil || tensorflowServingModelConfigFile != nil else { throw ValidationError("give --model-repository DIR, or --config FILE that says it") }
    }

    func run() async throws {
        try await Gateway.run(settings())
    }
}
