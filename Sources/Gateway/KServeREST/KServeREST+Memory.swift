internal import GRPC
internal import Hummingbird
internal import JSON
internal import Messages
internal import Serving

// System shared memory, and the settings of traces and logs.
extension KServeREST {
    func sharedMemory(_ parts: [String]) -> WebEndpoint? {
        switch parts.count {
        case 1 where parts[0] == "status": return .get { _ in try status("") }
        case 1 where parts[0] == "unregister": return .post { _ in try unregister("") }
        case 3 where parts[0] == "region":
            let name = parts[1]
            switch parts[2] {
            case "status": return .get { _ in try status(name) }
            case "register": return .post { request in try register(request, name) }
            case "unregister": return .post { _ in try unregister(name) }
            default: return nil
            }
        default: return nil
        }
    }

    private func status(_ name: String) throws(WebFailure) -> WebAnswer {
        let regions = try Self.asking { () throws(ServingError) in try service.extensions.memory.status(name: name) }
        return .json { json in
            json.beginArray()
            for region in regions {
                json.beginObject()
                json.key("name")
                json.string(region.name)
                json.key("key")
                json.string(region.key)
                json.key("offset")
                json.integer(region.offset)
                json.key("byte_size")
                json.integer(region.byteCount)
                json.endObject()
            }
            json.endArray()
        }
    }

    private func register(_ request: WebRequest, _ name: String) throws(WebFailure) -> WebAnswer {
        let document = try Self.object(request)
        guard case .string(let key)? = document["key"] else { throw WebFailure(400, "'key' is missing or no string") }
        let offset = try Self.whole(document["offset"] ?? .int(0), "offset")
        let byteCount = try Self.whole(document["byte_size"] ?? .null, "byte_size")
        try Self.asking { () throws(ServingError) in
            try service.extensions.memory.register(name: name, key: key, offset: offset, byteCount: byteCount)
        }
        return WebAnswer()
    }

    private func unregister(_ name: String) throws(WebFailure) -> WebAnswer {
        service.extensions.memory.unregister(name: name)
        return WebAnswer()
    }

    static func whole(_ value: JSONDocument, _ name: String) throws(WebFailure) -> UInt64 {
        switch value {
        case .int(let number) where number >= 0: return UInt64(number)
        case .uint(let number): return number
        default: throw WebFailure(400, "'\(name)' must be a whole number that is not negative")
        }
    }

    /// Trace settings, of one model or of all.
    func settings(ofModel name: String) -> WebEndpoint {
        .get { _ in try Self.trace(service.traceSetting(TraceSettingRequest(settings: [:], modelName: name))) }
            .on(.post, .admin) { request in
                let settings = try Self.traceRequest(request, model: name)
                return try Self.trace(service.traceSetting(settings))
            }
    }

    private static func traceRequest(_ request: WebRequest, model: String) throws(WebFailure) -> TraceSettingRequest {
        guard case .object(let members) = try object(request) else { return TraceSettingRequest(settings: [:], modelName: model) }
        var settings: [String: TraceSettingRequest.SettingValue] = [:]
        for (name, value) in members {
            switch value {
            case .null: settings[name] = .init(value: [])
            case .string(let text): settings[name] = .init(value: [text])
            case .int(let number): settings[name] = .init(value: [String(number)])
            case .array(let values):
                settings[name] = .init(value: values.map { if case .string(let text) = $0 { text } else { "" } })
            default: throw WebFailure(400, "the trace setting '\(name)' must be a string or a list of strings")
            }
        }
        return TraceSettingRequest(settings: settings, modelName: model)
    }

    private static func trace(_ body: @autoclosure () throws(ServingError) -> TraceSettingResponse) throws(WebFailure) -> WebAnswer {
        let answer: TraceSettingResponse
        do throws(ServingError) { answer = try body() } catch { throw WebFailure(error) }
        return .json { json in
            json.beginObject()
            for (name, setting) in answer.settings.sorted(by: { $0.key < $1.key }) {
                json.key(name)
                // One level is a list, all else a word.
                if name == "trace_level" {
                    json.beginArray()
                    for value in setting.value { json.string(value) }
                    json.endArray()
                } else {
                    json.string(setting.value.first ?? "")
                }
            }
            json.endObject()
        }
    }

    static func logRequest(_ request: WebRequest) throws(WebFailure) -> LogSettingsRequest {
        guard case .object(let members) = try object(request) else { return LogSettingsRequest(settings: [:]) }
        var settings: [String: LogSettingsRequest.SettingValue] = [:]
        for (name, value) in members {
            switch value {
            case .bool(let flag): settings[name] = .init(choice: .bool(flag))
            case .string(let text): settings[name] = .init(choice: .string(text))
            case .int(let number):
                guard let small = UInt32(exactly: number) else {
                    throw WebFailure(400, "the log setting '\(name)' is negative or too large")
                }
                settings[name] = .init(choice: .uint32(small))
            default: throw WebFailure(400, "the log setting '\(name)' must be true, false, a number or a string")
            }
        }
        return LogSettingsRequest(settings: settings)
    }

    static func log(_ body: @autoclosure () throws(ServingError) -> LogSettingsResponse) throws(WebFailure) -> WebAnswer {
        let answer: LogSettingsResponse
        do throws(ServingError) { answer = try body() } catch { throw WebFailure(error) }
        return .json { json in
            json.beginObject()
            for (name, setting) in answer.settings.sorted(by: { $0.key < $1.key }) {
                json.key(name)
                switch setting.choice {
                case .bool(let flag)?: json.bool(flag)
                case .uint32(let number)?: json.integer(number)
                case .string(let text)?: json.string(text)
                case nil: json.null()
                }
            }
            json.endObject()
        }
    }
}
