internal import GRPC
internal import Messages
internal import Serving

// Loading and unloading on request. Both take as long as they take, and answer from a loading thread.
extension KServeService {
    func registerRepositoryControl(on server: GRPCServer) {
        server.register(unary: "/\(Self.name)/RepositoryModelLoad", scope: .admin) { [core] call in
            call.answer(RepositoryModelLoadRequest.self, RepositoryModelLoadResponse()) { request, completion in
                do throws(ServingError) {
                    let overrides = try LoadOverrides(request.parameters, model: request.modelName)
                    core.load(request.modelName, override: overrides.spec, files: overrides.files, completion: completion)
                } catch { completion(error) }
            }
        }
        server.register(unary: "/\(Self.name)/RepositoryModelUnload", scope: .admin) { [core] call in
            call.answer(RepositoryModelUnloadRequest.self, RepositoryModelUnloadResponse()) { request, completion in
                core.unload(request.modelName, completion: completion)
            }
        }
    }
}
