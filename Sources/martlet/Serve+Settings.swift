public import ArgumentParser
public import Gateway

extension GatewayConfiguration.ModelControlMode: ExpressibleByArgument {}
extension GatewayConfiguration.LogFormat: ExpressibleByArgument {}
extension GatewayConfiguration.LogLevel: ExpressibleByArgument {}

extension Serve {
    /// The options as the gateway takes them.
    var settings: GatewayConfiguration {
        var settings = GatewayConfiguration()
        settings.modelRepositories = modelRepository
        settings.listenAddress = listen
        settings.grpcPort = grpcPort
        settings.httpPort = httpPort
        settings.metricsPort = metricsPort
        settings.grpcSocketPath = grpcSocket
        settings.modelControlMode = modelControlMode
        settings.modelsToLoad = loadModel
        settings.threads = threads
        if let tlsCert, let tlsKey {
            settings.tls = .init(certificatePath: tlsCert, keyPath: tlsKey, clientAuthorityPath: tlsClientCa)
        }
        settings.tokenFilePath = authTokenFile
        settings.sharedMemoryPrefix = sharedMemoryPrefix
        settings.corsOrigins = corsOrigin
        settings.logFormat = logFormat
        settings.logLevel = logLevel
        return settings
    }
}
