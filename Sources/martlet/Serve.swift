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
    @Option(help: "Certificate chain, PEM.") var tlsCert: String?
    @Option(help: "Private key, PEM.") var tlsKey: String?
    @Option(help: "Authorities whose clients are let in, PEM.") var tlsClientCa: String?
    @Option(help: "File of bearer tokens, a line each: TOKEN SCOPE[,SCOPE] with scopes infer, admin, metrics.") var authTokenFile: String?
    @Option(help: "Let clients register system shared memory whose key begins with this (default: none).") var sharedMemoryPrefix: String?
    @Option(help: "Origin whose pages may call the HTTP port from a browser, or * for all. May be given again.") var corsOrigin: [String] = []
    @Option(help: "Form of the log: text or json (default: text).") var logFormat: GatewayConfiguration.LogFormat?
    @Option(help: "Requests that take longer than so many milliseconds get a line in the log; 0 for none (default: 1000).") var slowRequest: Int?
    @Option(help: "Least level that is logged (default: info).") var logLevel: GatewayConfiguration.LogLevel?

    func validate() throws {
        guard (0...86_400_000).contains(slowRequest ?? 0) else { throw ValidationError("--slow-request is from 0 to 86400000") }
        guard (tlsCert == nil) == (tlsKey == nil) else { throw ValidationError("--tls-cert and --tls-key go together") }
        guard tlsClientCa == nil || tlsCert != nil else { throw ValidationError("--tls-client-ca needs --tls-cert and --tls-key") }
        guard !modelRepository.isEmpty || config != nil else { throw ValidationError("give --model-repository DIR, or --config FILE that says it") }
    }

    func run() async throws {
        try await Gateway.run(settings())
    }
}
