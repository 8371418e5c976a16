public import ArgumentParser
public import Gateway

extension GatewayConfiguration.ModelControlMode: ExpressibleByArgument {}
extension GatewayConfiguration.Port: ExpressibleByArgument {}
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
        if !plainPort.isEmpty { settings.plainPorts = plainPort }
        if let authTokenFile { settings.tokenFilePath = authTokenFile }
        if let torchserveTokenFile { settings.torchServeTokenPath = torchserveTokenFile }
        if let tensorflowServingModelConfigFile { settings.tensorFlowServing.modelConfigPath = tensorflowServingModelConfigFile }
        if let tensorflowServingBatchingParametersFile {
            settings.tensorFlowServing.batchingParametersPath = tensorflowServingBatchingParametersFile
        }
        if let tensorflowServingMonitoringConfigFile {
            settings.tensorFlowServing.monitoringConfigPath = tensorflowServingMonitoringConfigFile
        }
        if let sharedMemoryPrefix { settings.sharedMemoryPrefix = sharedMemoryPrefix }
        if !corsOrigin.isEmpty { settings.corsOrigins = corsOrigin }
        if let capture { settings.capture = .init(path: capture) }
        if let captureShare { settings.capture?.share = captureShare }
        if let captureBytes { settings.capture?.maxFileBytes = captureBytes }
        if let captureFiles { settings.capture?.maxFiles = captureFiles }
        if loadReports { settings.loadReports = true }
        return settings
    }
}
