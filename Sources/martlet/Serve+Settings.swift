public import ArgumentParser
public import Gateway

extension GatewayConfiguration.ModelControlMode: ExpressibleByArgument {}
extension GatewayConfiguration.LogFormat: ExpressibleByArgument {}
extension GatewayConfiguration.LogLevel: ExpressibleByArgument {}

extension Serve {
    /// What the file of settings says, and over it what the command line says.
    func settings() throws -> GatewayConfiguration {
        var settings = try config.map { try GatewayConfiguration(file: $0) } ?? GatewayConfiguration()
        if !modelRepository.isEmpty { settings.modelRepositories = modelRepository }
        if !loadModel.isEmpty { settings.modelsToLoad = loadModel }
        func say<Value>(_ place: WritableKeyPath<GatewayConfiguration, Value>, _ value: Value?) {
            if let value { settings[keyPath: place] = value }
        }
        say(\.listenAddress, listen)
        say(\.grpcPort, grpcPort)
        say(\.httpPort, httpPort)
        say(\.metricsPort, metricsPort)
        say(\.modelControlMode, modelControlMode)
        say(\.logFormat, logFormat)
        say(\.logLevel, logLevel)
        if let grpcSocket { settings.grpcSocketPath = grpcSocket }
        if let slowRequest { settings.slowRequestNanos = Int64(slowRequest) * 1_000_000 }
        if let threads { settings.threads = threads }
        if let tlsCert, let tlsKey { settings.tls = .init(certificatePath: tlsCert, keyPath: tlsKey, clientAuthorityPath: tlsClientCa) }
        if let authTokenFile { settings.tokenFilePath = authTokenFile }
        if let sharedMemoryPrefix { settings.sharedMemoryPrefix = sharedMemoryPrefix }
        if !corsOrigin.isEmpty { settings.corsOrigins = corsOrigin }
        return settings
    }
}
