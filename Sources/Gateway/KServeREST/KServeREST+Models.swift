internal import JSON
internal import Messages
internal import Serving

// Questions about models, and loading and unloading them.
extension KServeREST {
    static func names(of core: ServingCore) -> WebAnswer {
        let names = Set(core.index().map(\.model)).sorted()
        return .json { json in
            json.beginObject()
            json.key("models")
            json.beginArray()
            for name in names { json.string(name) }
            json.endArray()
            json.endObject()
        }
    }

    func metadata(_ name: String, _ version: String) throws(WebFailure) -> WebAnswer {
        try Self.answer(
            try Self.asking { () throws(ServingError) in try service.modelMetadata(ModelMetadataRequest(name: name, version: version)) })
    }

    func statistics(_ name: String, _ version: String) throws(WebFailure) -> WebAnswer {
        try Self.answer(
            try Self.asking { () throws(ServingError) in try service.modelStatistics(ModelStatisticsRequest(name: name, version: version)) }
        )
    }

    func index(_ request: WebRequest) throws(WebFailure) -> WebAnswer {
        var readyOnly = false
        if let ready = try Self.object(request)["ready"] {
            guard case .bool(let value) = ready else { throw WebFailure(400, "'ready' must be true or false") }
            readyOnly = value
        }
        let entries = core.index(readyOnly: readyOnly)
        return .json { json in
            json.beginArray()
            for entry in entries {
                json.beginObject()
                json.key("name")
                json.string(entry.model)
                json.key("version")
                json.string(entry.version.map { String($0) } ?? "")
                json.key("state")
                json.string(entry.state.name)
                json.key("reason")
                json.string(entry.reason)
                json.endObject()
            }
            json.endArray()
        }
    }

    /// Loads a model; the parameters may bring a configuration, and files in base64.
    func load(_ request: WebRequest, _ model: String) async throws(WebFailure) -> WebAnswer {
        var parameters: [String: ModelRepositoryParameter] = [:]
        if case .object(let members)? = try Self.object(request)["parameters"] {
            for (name, value) in members {
                switch value {
                case .string(let text) where name.hasPrefix("file:"):
                    var text = text
                    guard let bytes = text.withUTF8({ TextBase64.decode(UnsafeRawBufferPointer($0)) }) else {
                        throw WebFailure(400, "the parameter '\(name)' is no base64")
                    }
                    parameters[name] = ModelRepositoryParameter(choice: .bytes(bytes))
                case .string(let text): parameters[name] = ModelRepositoryParameter(choice: .string(text))
                case .bool(let flag): parameters[name] = ModelRepositoryParameter(choice: .bool(flag))
                case .int(let number): parameters[name] = ModelRepositoryParameter(choice: .int64(number))
                // Triton takes the configuration as an object too.
                case .object:
                    var json = JSONWriter()
                    json.document(value)
                    parameters[name] = ModelRepositoryParameter(choice: .string(json.text))
                default: throw WebFailure(400, "the parameter '\(name)' must be a string, a number, true or false")
                }
            }
        }
        let overrides = try Self.asking { () throws(ServingError) in try LoadOverrides(parameters, model: model) }
        try await Self.waiting { [core] completion in
            core.load(model, override: overrides.spec, files: overrides.files, completion: completion)
        }
        return WebAnswer()
    }

    func unload(_ model: String) async throws(WebFailure) -> WebAnswer {
        try await Self.waiting { [core] completion in core.unload(model, completion: completion) }
        return WebAnswer()
    }

    /// Waits for what a loading thread does.
    static func waiting(_ body: @escaping @Sendable (@escaping @Sendable (ServingError?) -> Void) -> Void) async throws(WebFailure) {
        let error = await withCheckedContinuation { continuation in
            body { continuation.resume(returning: $0) }
        }
        if let error { throw WebFailure(error) }
    }
}
