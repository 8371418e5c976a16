internal import GRPC
internal import Serving
internal import Synchronization

/// Models that another server answers for, over KServe v2: a step of an ensemble may run anywhere.
struct RemoteBackend: Backend {
    var name: String { "grpc" }
    var aliases: [String] { [] }
    var platform: String { "grpc" }
    /// What lies elsewhere has no file here.
    var fileNames: [String] { [] }

    func load(_ files: ModelFiles, spec: ModelSpec) throws(ServingError) -> any LoadedModel {
        guard let remote = spec.remote else {
            throw ServingError(.invalidArgument, "model '\(spec.name)' has the backend grpc and needs 'remote' with a 'target'")
        }
        guard let target = ClientTarget(remote.target) else {
            throw ServingError(.invalidArgument, "model '\(spec.name)': 'remote.target' must be HOST:PORT or unix:PATH, not '\(remote.target)'")
        }
        let model = try RemoteModel(remote, target, spec: spec)
        if !remote.forwardedMetadata.isEmpty { MetadataInterest.isOn.store(true, ordering: .relaxed) }
        return model
    }
}
