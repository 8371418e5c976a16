internal import GRPC
internal import Messages
internal import Serving

/// `inference.GRPCInferenceService`, as Triton's clients call it.
final class KServeService: Sendable {
    static let name = "inference.GRPCInferenceService"

    let core: ServingCore
    let infer: CallHandler<InferCall>
    let extensions: KServeExtensions
    let log: LogSwitches
    let requests: RequestLog

    init(core: ServingCore, extensions: KServeExtensions, log: LogSwitches, requests: RequestLog) {
        self.core = core
        self.extensions = extensions
        self.log = log
        self.requests = requests
        infer = CallHandler(core: core) { InferCall(extensions) }
    }

    func register(on server: GRPCServer) {
        register(on: server, as: Self.name)
        server.register(streaming: "/\(Self.name)/ModelStreamInfer", handler: { [infer] call in InferStream(call, infer).begin() })
        serve(server, "ModelConfig", modelConfig)
        serve(server, "ModelStatistics", modelStatistics)
        serve(server, "RepositoryIndex", repositoryIndex)
        serve(server, "SystemSharedMemoryStatus", sharedMemoryStatus)
        serve(server, "SystemSharedMemoryRegister", registerSharedMemory)
        serve(server, "SystemSharedMemoryUnregister", unregisterSharedMemory)
        serve(server, "TraceSetting", scope: .admin, traceSetting)
        serve(server, "LogSettings", scope: .admin, logSettings)
        registerRepositoryControl(on: server)
        // Part of the service, and answered as what they are: known methods that this server does not offer.
        for method in ["CudaSharedMemoryStatus", "CudaSharedMemoryRegister", "CudaSharedMemoryUnregister"] {
            server.register(unary: "/\(Self.name)/\(method)") { call in
                call.fail(Status(.unimplemented, "CUDA shared memory is not supported: this server runs on CPUs"))
            }
        }
    }

    /// The core of the service, which others have under names of their own.
    func register(on server: GRPCServer, as name: String) {
        server.register(unary: "/\(name)/ModelInfer", handler: infer.handle)
        serve(server, "ServerLive", of: name) { (_: ServerLiveRequest) in ServerLiveResponse(live: true) }
        serve(server, "ServerReady", of: name) { [core] (_: ServerReadyRequest) in ServerReadyResponse(ready: core.isReady) }
        serve(server, "ServerMetadata", of: name) { [self] (_: ServerMetadataRequest) in Self.serverMetadata(self) }
        serve(server, "ModelReady", of: name, modelReady)
        serve(server, "ModelMetadata", of: name, modelMetadata)
    }

    /// Registers a method whose answer is at hand.
    private func serve<Request: Message, Response: Message>(
        _ server: GRPCServer, _ method: String, of service: String = KServeService.name, scope: Scope = .infer,
        _ answer: @escaping @Sendable (Request) throws(ServingError) -> Response
    ) {
        server.register(unary: "/\(service)/\(method)", scope: scope) { call in call.answer(Request.self, answer) }
    }

    /// What this server is, and what it can do: nothing is listed that it cannot.
    static func serverMetadata(_ service: KServeService) -> ServerMetadataResponse {
        var extensions = [
            "binary_tensor_data", "classification", "logging", "model_configuration", "model_repository", "parameters", "schedule_policy",
            "sequence", "statistics", "trace",
        ]
        if service.extensions.memory.isOn { extensions.append("system_shared_memory") }
        return ServerMetadataResponse(name: "martlet", version: martletVersion, extensions: extensions)
    }
}
