internal import Messages
internal import Serving
internal import Tensors

// Questions about models, all answered from what is in memory.
extension KServeService {
    func modelReady(_ request: ModelReadyRequest) throws(ServingError) -> ModelReadyResponse {
        ModelReadyResponse(ready: core.isReady(model: request.name, try VersionSelector(text: request.version)))
    }

    func modelMetadata(_ request: ModelMetadataRequest) throws(ServingError) -> ModelMetadataResponse {
        let version = try core.version(of: request.name, VersionSelector(text: request.version))
        func describe(_ port: TensorSignature) -> ModelMetadataResponse.TensorMetadata {
            .init(name: port.name, datatype: port.dataType.kserveName, shape: (port.dims ?? [-1]).map(Int64.init))
        }
        return ModelMetadataResponse(
            name: version.model, versions: core.versions(of: version.model).map { String($0.number) }, platform: version.platform,
            inputs: version.signature.inputs.map(describe), outputs: version.signature.outputs.map(describe))
    }

    func modelConfig(_ request: ModelConfigRequest) throws(ServingError) -> ModelConfigResponse {
        ModelConfigResponse(config: ModelConfig(completing: try core.version(of: request.name, VersionSelector(text: request.version))))
    }

    func repositoryIndex(_ request: RepositoryIndexRequest) throws(ServingError) -> RepositoryIndexResponse {
        RepositoryIndexResponse(
            models: core.index(readyOnly: request.ready).map { entry in
                .init(name: entry.model, version: entry.version.map { String($0) } ?? "", state: entry.state.name, reason: entry.reason)
            })
    }
}

extension VersionSelector {
    /// The version that a client names: empty for the server's choice, else a number.
    init(text: String) throws(ServingError) {
        if text.isEmpty {
            self = .any
        } else if let number = Int64(text), number >= 0 {
            self = .number(number)
        } else {
            throw ServingError(.invalidArgument, "failed to get model version from specified version string '\(text)' (a whole number is expected)")
        }
    }
}
