internal import GRPC
internal import Hummingbird
internal import JSON
internal import Messages
internal import Serving

/// KServe v2 and Triton's extensions of it on the HTTP port, as `tritonclient.http` and KServe's clients call it.
struct KServeREST: WebRoom {
    let core: ServingCore
    let service: KServeService

    func refusal(_ failure: WebFailure) -> WebAnswer { Self.refusal(failure) }

    static func refusal(_ failure: WebFailure) -> WebAnswer {
        .json(status: failure.status) { json in
            json.beginObject()
            json.key("error")
            json.string(failure.message)
            json.endObject()
        }
    }

    func endpoint(at path: WebPath) -> WebEndpoint? {
        guard path.parts.first == "v2" else { return nil }
        let parts = path.parts.dropFirst()
        switch (parts.first, Array(parts.dropFirst())) {
        case (nil, _): return .get { _ in try Self.answer(KServeService.serverMetadata(service)) }
        case ("health", ["live"]): return .get(.none) { _ in Self.flag("live", true, status: 200) }
        case ("health", ["ready"]):
            return .get(.none) { _ in Self.flag("ready", core.isReady, status: core.isReady ? 200 : 503) }
        case ("models", []): return .get { _ in Self.names(of: core) }
        case ("models", ["stats"]): return .get { _ in try statistics("", "") }
        case ("models", let rest): return model(rest)
        case ("repository", let rest): return repository(rest)
        case ("systemsharedmemory", let rest): return sharedMemory(rest)
        case ("cudasharedmemory", _):
            return WebEndpoint.get(.infer, Self.noCUDA).on(.post, .infer, Self.noCUDA)
        case ("trace", ["setting"]): return settings(ofModel: "")
        case ("logging", []):
            return .get { _ in try Self.log(service.logSettings(LogSettingsRequest(settings: [:]))) }
                .on(.post, .admin) { request in
                    let settings = try Self.logRequest(request)
                    return try Self.log(service.logSettings(settings))
                }
        default: return nil
        }
    }

    /// A model's own paths, with or without a version.
    private func model(_ parts: [String]) -> WebEndpoint? {
        var rest = parts[...]
        guard let name = rest.popFirst() else { return nil }
        let isVersioned = rest.first == "versions" && rest.count >= 2
        let version = isVersioned ? rest[rest.startIndex + 1] : ""
        if isVersioned { rest = rest.dropFirst(2) }
        switch Array(rest) {
        case []: return .get { _ in try metadata(name, version) }
        case ["ready"]:
            return .get { _ in
                let selector = try Self.asking { () throws(ServingError) in try VersionSelector(text: version) }
                let isReady = core.isReady(model: name, selector)
                return Self.flag("ready", isReady, status: isReady ? 200 : 400, name: name)
            }
        case ["config"]:
            return .get { _ in
                let answer = try Self.asking { () throws(ServingError) in
                    try service.modelConfig(ModelConfigRequest(name: name, version: version))
                }
                return try Self.answer(answer.config ?? ModelConfig())
            }
        case ["stats"]: return .get { _ in try statistics(name, version) }
        case ["infer"]: return .post { request in try await infer(request, name, version) }
        case ["generate_stream"]: return .post { request in try await generateStream(request, name, version) }
        case ["generate"]: return .post { request in try await generate(request, name, version) }
        case ["trace", "setting"]: return settings(ofModel: name)
        default: return nil
        }
    }

    private func repository(_ parts: [String]) -> WebEndpoint? {
        switch parts.count {
        case 1 where parts[0] == "index", 2 where parts[1] == "index": return .post { request in try index(request) }
        case 3 where parts[0] == "models", 4 where parts[1] == "models":
            let model = parts[parts.count - 2]
            switch parts[parts.count - 1] {
            case "load": return .post(.admin) { request in try await load(request, model) }
            case "unload": return .post(.admin) { _ in try await unload(model) }
            default: return nil
            }
        default: return nil
        }
    }

    static let noCUDA: WebEndpoint.Handler = { _ in throw WebFailure(501, "CUDA shared memory is not supported: this server runs on CPUs") }

    /// A message as it is written in JSON.
    static func answer(_ message: some Message) throws(WebFailure) -> WebAnswer {
        var json = JSONWriter()
        do throws(MessageError) { try message.writeJSON(to: &json) } catch { throw WebFailure(error) }
        return WebAnswer(json: json)
    }

    /// Passes on what the core says against a request.
    static func asking<Answer>(_ body: () throws(ServingError) -> Answer) throws(WebFailure) -> Answer {
        do throws(ServingError) { return try body() } catch { throw WebFailure(error) }
    }

    /// The body of a request as a JSON object; an empty body is an empty object.
    static func object(_ request: WebRequest) throws(WebFailure) -> JSONDocument {
        guard request.body.count > 0 else { return .object([]) }
        let document: JSONDocument
        do throws(JSONError) { document = try JSONDocument(request.body.bytes) } catch { throw WebFailure(error) }
        guard case .object = document else { throw WebFailure(400, "failed to parse the request JSON: an object is expected") }
        return document
    }

    private static func flag(_ key: String, _ value: Bool, status: Int, name: String? = nil) -> WebAnswer {
        .json(status: status) { json in
            json.beginObject()
            if let name {
                json.key("name")
                json.string(name)
            }
            json.key(key)
            json.bool(value)
            json.endObject()
        }
    }
}
