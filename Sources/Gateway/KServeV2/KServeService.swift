internal import GRPC
internal import Messages
internal import Serving

/// `inference.GRPCInferenceService`, as Triton's clients call it.
final class KServeService: Sendable {
    static let name = "inference.GRPCInferenceService"

    let core: ServingCore
    let infer: InferHandler

    init(core: ServingCore) {
        self.core = core
        self.infer = InferHandler(core: core)
    }

    func register(on server: GRPCServer) {
        server.register(unary: "/\(Self.name)/ModelInfer", handler: infer.handle)
        serve(server, "ServerLive") { (_: ServerLiveRequest) in ServerLiveResponse(live: true) }
        serve(server, "ServerReady") { [core] (_: ServerReadyRequest) in ServerReadyResponse(ready: core.isReady) }
        serve(server, "ServerMetadata") { (_: ServerMetadataRequest) in Self.serverMetadata }
        serve(server, "ModelReady", modelReady)
        serve(server, "ModelMetadata", modelMetadata)
        serve(server, "ModelConfig", modelConfig)
        serve(server, "ModelStatistics", modelStatistics)
        serve(server, "RepositoryIndex", repositoryIndex)
        registerRepositoryControl(on: server)
        // Part of the service, and answered as what they are: known methods that this server does not offer.
        for method in [
            "SystemSharedMemoryStatus", "SystemSharedMemoryRegister", "SystemSharedMemoryUnregister", "CudaSharedMemoryStatus",
            "CudaSharedMemoryRegister", "CudaSharedMemoryUnregister", "TraceSetting", "LogSettings",
        ] {
            server.register(unary: "/\(Self.name)/\(method)", scope: .admin) { call in
                call.fail(Status(.unimplemented, "\(method) is not supported"))
            }
        }
        server.register(streaming: "/\(Self.name)/ModelStreamInfer") { call in
            call.finish(Status(.unimplemented, "ModelStreamInfer is not supported"))
        }
    }

    /// Registers a method whose answer is at hand.
    private func serve<Request: Message, Response: Message>(
        _ server: GRPCServer, _ method: String, scope: Scope = .infer,
        _ answer: @escaping @Sendable (Request) throws(ServingError) -> Response
    ) {
        server.register(unary: "/\(Self.name)/\(method)", scope: scope) { call in
            do throws(Status) {
                let request = try Self.decode(Request.self, call)
                let response: Response
                do throws(ServingError) { response = try answer(request) } catch { throw Status(error) }
                call.reply(try Self.encode(response))
            } catch {
                call.fail(error)
            }
        }
    }

    static func decode<Request: Message>(_ type: Request.Type, _ call: UnaryCall) throws(Status) -> Request {
        do throws(MessageError) { return try Request(decoding: call.message.bytes) } catch { throw Status(error) }
    }

    static func encode(_ response: some Message) throws(Status) -> ReplyBody {
        do throws(MessageError) { return try ReplyBody(response) } catch { throw Status(.internal, error.description) }
    }

    static let serverMetadata = ServerMetadataResponse(
        name: "martlet", version: martletVersion,
        extensions: [
            "binary_tensor_data", "model_configuration", "model_repository", "parameters", "schedule_policy", "statistics",
        ])
}
