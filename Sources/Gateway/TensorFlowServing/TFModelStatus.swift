internal import Messages
internal import Serving

/// The states of a model's versions in TensorFlow Serving's words.
enum TFModelStatus {
    static func status(_ spec: TFServing.ModelSpec?, _ core: ServingCore) throws(ServingError) -> TFServing.GetModelStatusResponse {
        guard let spec, !spec.name.isEmpty else { throw ServingError(.invalidArgument, "Missing ModelSpec: the request names no model") }
        var entries = core.index().filter { $0.model == spec.name && $0.version != nil }
        switch spec.version {
        case .number(let number)?: entries.removeAll { $0.version != number }
        case .label?:
            let number = try core.version(of: spec.name, VersionSelector(spec.version)).number
            entries.removeAll { $0.version != number }
        case nil: break
        }
        guard !entries.isEmpty else {
            var asked = spec.name
            if case .number(let number)? = spec.version { asked += " version \(number)" }
            throw ServingError(.notFound, "Could not find any versions of model \(asked)")
        }
        return TFServing.GetModelStatusResponse(
            modelVersionStatus: entries.sorted { ($0.version ?? 0) > ($1.version ?? 0) }.map { entry in
                let isFailed = entry.state == .unavailable && !entry.reason.isEmpty
                return TFServing.ModelVersionStatus(
                    version: entry.version ?? 0, state: state(entry.state),
                    status: TFServing.StatusProto(errorCode: isFailed ? .unknown : .ok, errorMessage: isFailed ? entry.reason : ""))
            })
    }

    private static func state(_ state: VersionState) -> TFServing.ModelVersionStatus.State {
        switch state {
        case .loading: .loading
        case .ready: .available
        case .unloading: .unloading
        case .unavailable: .end
        }
    }
}
