internal import JSON
internal import Serving

/// What TorchServe's management does, in terms of the repository here. The answers are TorchServe's JSON.
struct TorchModels: Sendable {
    let core: ServingCore

    /// Models that one page lists. Beyond: they are on the next page.
    static let pageSize = 100

    func selector(_ version: String) throws(ServingError) -> VersionSelector {
        if version.isEmpty { return .any }
        // TorchServe's versions look like 1.0.
        let whole = version.hasSuffix(".0") ? String(version.dropLast(2)) : version
        return try VersionSelector(text: whole)
    }

    func live(_ model: String, _ version: String) throws(ServingError) -> ModelVersion {
        try core.version(of: model, selector(version))
    }

    func list(limit: Int, from token: Int) -> JSONWriter {
        let names = Set(core.liveVersions.map(\.model)).sorted()
        let start = min(max(0, token), names.count)
        let end = min(names.count, start + min(max(1, limit == 0 ? Self.pageSize : limit), 10_000))
        var json = JSONWriter()
        json.beginObject()
        if end < names.count {
            json.key("nextPageToken")
            json.string(String(end))
        }
        json.key("models")
        json.beginArray()
        for name in names[start..<end] {
            json.beginObject()
            json.key("modelName")
            json.string(name)
            json.key("modelUrl")
            json.string(name)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json
    }

    /// One version, or all of them for the version `all`.
    func describe(_ model: String, _ version: String) throws(ServingError) -> JSONWriter {
        let first = try live(model, version == "all" ? "" : version)
        var json = JSONWriter()
        json.beginArray()
        for version in version == "all" ? core.versions(of: model) : [first] {
            json.beginObject()
            for (key, value) in [
                ("modelName", model), ("modelVersion", String(version.number)), ("modelUrl", model), ("runtime", version.backendName),
            ] {
                json.key(key)
                json.string(value)
            }
            let lanes = version.spec.instances.count ?? core.pool.laneCount
            let depth = version.depth
            for (key, value) in [("minWorkers", lanes), ("maxWorkers", lanes), ("batchSize", version.maxRows), ("maxBatchDelay", 0)] {
                json.key(key)
                json.integer(value)
            }
            json.key("loadedAtStartup")
            json.bool(true)
            json.key("workers")
            json.beginArray()
            for lane in 0..<min(lanes, 1024) {
                json.beginObject()
                json.key("id")
                json.string(String(lane))
                json.key("status")
                json.string("READY")
                json.key("gpu")
                json.bool(false)
                json.endObject()
            }
            json.endArray()
            json.key("jobQueueStatus")
            json.beginObject()
            json.key("pendingRequests")
            json.integer(depth.queued)
            json.endObject()
            json.endObject()
        }
        json.endArray()
        return json
    }

    /// Loads a model of the repository. `url` is its name, with or without the `.mar` of TorchServe's archives.
    func register(url: String, name: String) async throws(ServingError) -> String {
        let model = try Self.model(url: url, name: name)
        try await waiting { completion in core.load(model, completion: completion) }
        return "Model \"\(model)\" Version: \((try core.version(of: model)).number) registered. Its workers are the server's own"
    }

    static func model(url: String, name: String) throws(ServingError) -> String {
        let base = url.hasSuffix(".mar") ? String(url.dropLast(4)) : url
        let model = name.isEmpty ? base : name
        guard !model.isEmpty else {
            throw ServingError(.invalidArgument, "Parameter url is required: the name of a model in the repository")
        }
        guard !base.contains("/"), !model.contains("/"), base.isEmpty || base == model else {
            throw ServingError(
                .invalidArgument,
                "'\(url)' is no model of the repository: models come from there only, under the names that they have there")
        }
        return model
    }

    /// Takes a model out of service. Versions come and go together.
    func unregister(_ model: String, _ version: String) async throws(ServingError) -> String {
        if !version.isEmpty {
            _ = try live(model, version)
            guard core.versions(of: model).count == 1 else {
                throw ServingError(
                    .unimplemented, "one version of several cannot be unregistered alone: the model's version policy says which are served")
            }
        }
        try await waiting { completion in core.unload(model, completion: completion) }
        return "Model \"\(model)\" unregistered"
    }

    /// Nothing is scaled here, and the answer says so.
    func scale(_ model: String, _ version: String) throws(ServingError) -> String {
        let number = (try live(model, version)).number
        return
            "Model \"\(model)\" Version: \(number): nothing to scale, all models share the \(core.pool.laneCount) compute threads of the server"
    }

    /// Requests that name no version go to this one.
    func setDefault(_ model: String, _ version: String) async throws(ServingError) -> String {
        let number = (try live(model, version)).number
        try await waiting { completion in core.setRouting(model, RoutingSpec(weights: [number: 1]), completion: completion) }
        return "Default version successfully updated for model \"\(model)\" to \"\(number)\""
    }

    private func waiting(_ body: (@escaping @Sendable (ServingError?) -> Void) -> Void) async throws(ServingError) {
        let error = await withCheckedContinuation { continuation in
            body { continuation.resume(returning: $0) }
        }
        if let error { throw error }
    }

    /// Asks a model something that came as bytes. Returns the answer as JSON.
    func predict(
        _ model: String, _ version: String, _ named: [(name: String, bytes: UnsafeRawBufferPointer)], mediaType: String = "",
        owner: AnyObject,
        deadline: UInt64? = nil, sequence: SequencePosition? = nil
    ) async throws(ServingError) -> JSONWriter {
        let live = try live(model, version)
        let question = try RawQuestion(named, mediaType: mediaType, of: live)
        let request = InferenceRequest()
        request.model = Name(model)
        request.version = .number(live.number)
        if version.isEmpty { request.statedVersion = .any }
        request.origin = .torchServe
        request.inputs = question.inputs
        request.owner = owner
        request.sequence = sequence
        if let deadline { request.deadlineNanos = Int64(clamping: deadline) }
        try await Asking.ask(request, core)
        return question.answer(request.outputs)
    }
}
