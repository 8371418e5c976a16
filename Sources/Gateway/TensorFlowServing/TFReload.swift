internal import Messages
internal import Serving
internal import Synchronization

/// Makes what is served what a configuration lists: models that are listed are loaded, those that are not are unloaded.
final class TFReload: Sendable {
    private let core: ServingCore
    /// Folders that models may come from.
    private let repositories: [String]
    /// Folders of single models.
    private let folders: [String: String]
    /// Models whose policy or labels an earlier list has set.
    private let changed = Mutex<Set<String>>([])

    init(core: ServingCore, repositories: [String], folders: [String: String]) {
        self.core = core
        self.repositories = repositories
        self.folders = folders
    }

    func apply(_ config: TFServing.ModelServerConfig?) async throws(ServingError) {
        guard case .modelConfigList(let list)? = config?.config else {
            throw ServingError(.invalidArgument, "ServerModelConfig type not supported by HandleReloadConfigRequest. Only ModelConfigList is currently supported")
        }
        var names: Set<String> = []
        for model in list.config {
            try check(model)
            guard names.insert(model.name).inserted else {
                throw ServingError(.invalidArgument, "model '\(model.name)' is listed more than once")
            }
        }
        for model in list.config { try await load(model) }
        for model in Set(core.liveVersions.map(\.model)).subtracting(names).sorted() {
            try await Self.waiting { [core] completion in core.unload(model, completion: completion) }
        }
        changed.withLock { $0.formIntersection(names) }
    }

    private func check(_ model: TFServing.ModelConfig) throws(ServingError) {
        guard !model.name.isEmpty else { throw ServingError(.invalidArgument, "a model in the list has no name") }
        guard !model.basePath.isEmpty else { return }
        let path = Self.trimmed(model.basePath)
        let places = repositories.map { "\(Self.trimmed($0))/\(model.name)" } + (folders[model.name].map { [Self.trimmed($0)] } ?? [])
        guard places.contains(path) else {
            throw ServingError(
                .invalidArgument,
                "model '\(model.name)': base_path '\(model.basePath)' is not where this server has the model (\(places.joined(separator: ", ")))"
            )
        }
    }

    private static func trimmed(_ path: String) -> String {
        var path = Substring(path)
        while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
        return String(path)
    }

    private func load(_ model: TFServing.ModelConfig) async throws(ServingError) {
        let policy = try Self.policy(model.modelVersionPolicy)
        let saysMore = policy != nil || !model.versionLabels.isEmpty
        let known = try? core.version(of: model.name)
        if known == nil { try await Self.waiting { [core] completion in core.load(model.name, completion: completion) } }
        guard saysMore else {
            // What an earlier list said no longer holds.
            guard changed.withLock({ $0.remove(model.name) }) != nil else { return }
            return try await Self.waiting { [core] completion in core.load(model.name, completion: completion) }
        }
        _ = changed.withLock { $0.insert(model.name) }
        // What the model's own configuration says stays, but for what is said here.
        var spec = (try core.version(of: model.name)).spec
        spec.versionPolicy = policy ?? .latest(1)
        spec.labels = model.versionLabels
        let override = spec
        try await Self.waiting { [core] completion in core.load(model.name, override: override, completion: completion) }
        for (label, number) in model.versionLabels where !core.versions(of: model.name).contains(where: { $0.number == number }) {
            throw ServingError(
                .failedPrecondition, "model '\(model.name)': the label '\(label)' is for version \(number), which is not served")
        }
    }

    /// Nil when nothing is said.
    static func policy(_ policy: TFServing.VersionPolicy?) throws(ServingError) -> VersionPolicy? {
        switch policy?.choice {
        case nil: return nil
        case .latest(let latest)?: return .latest(latest.numVersions == 0 ? 1 : Int(latest.numVersions))
        case .all?: return .all
        case .specific(let specific)?:
            guard !specific.versions.isEmpty else { throw ServingError(.invalidArgument, "a specific version policy names no version") }
            return .specific(specific.versions)
        }
    }

    private static func waiting(_ body: @escaping @Sendable (@escaping @Sendable (ServingError?) -> Void) -> Void)
        async throws(ServingError)
    {
        let error = await withCheckedContinuation { continuation in
            body { continuation.resume(returning: $0) }
        }
        if let error { throw error }
    }
}
