internal import GRPC
internal import Messages
internal import NIOCore
internal import NIOPosix

/// Asks the server what it serves, and to load and unload: everything that is not the load itself.
final class ControlClient: RepositoryControl {
    private let client: GRPCClient
    private let target: ClientTarget

    init(_ server: ServerAddress) {
        var configuration = GRPCClient.Configuration()
        configuration.tls = server.tls
        configuration.metadata = server.metadata
        configuration.connectTimeout = 5_000_000_000
        target = server.target
        client = GRPCClient(server.target, on: MultiThreadedEventLoopGroup.singleton.any(), configuration)
    }

    /// - Throws: `LoadError` with the server's status.
    func call<Request: Message, Response: Message>(_ path: String, _ request: Request, _ type: Response.Type) async throws -> Response {
        do {
            let reply = try await client.unary(path, try ReplyBody(request), GRPCClient.Options(timeout: 60_000_000_000))
            return try Response(decoding: reply.bytes)
        } catch let status as Status {
            if status.message.hasPrefix("cannot connect") {
                throw LoadError("cannot connect to \(target): \(ConnectReason.text(status.message))")
            }
            throw LoadError("\(target) answers \(path.split(separator: "/").last ?? "") with \(status)")
        }
    }

    func load(model: String) async throws {
        _ = try await call(
            "/inference.GRPCInferenceService/RepositoryModelLoad", RepositoryModelLoadRequest(repositoryName: "", modelName: model),
            RepositoryModelLoadResponse.self)
    }

    func unload(model: String) async throws {
        var request = RepositoryModelUnloadRequest()
        request.modelName = model
        _ = try await call("/inference.GRPCInferenceService/RepositoryModelUnload", request, RepositoryModelUnloadResponse.self)
    }

    func close() { client.close() }
}
