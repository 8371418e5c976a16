internal import GRPC
internal import Hummingbird
internal import JSON
internal import Serving

/// TorchServe's inference and management interfaces, on one port.
struct TorchRest: WebRoom {
    let models: TorchModels
    /// Gives out new keys; nil when there are none.
    var keys: TorchAuthorizer?

    func refusal(_ failure: WebFailure) -> WebAnswer {
        let type =
            switch failure.status {
            case 404: failure.message.contains("model") ? "ModelNotFoundException" : "ResourceNotFoundException"
            case 405: "MethodNotAllowedException"
            case 413: "RequestEntityTooLargeException"
            case 501: "NotImplementedException"
            case 503: "ServiceUnavailableException"
            case 500...: "InternalServerException"
            default: "BadRequestException"
            }
        return .json(status: failure.status) { json in
            json.beginObject()
            json.key("code")
            json.integer(failure.status)
            json.key("type")
            json.string(type)
            json.key("message")
            json.string(failure.message)
            json.endObject()
        }
    }

    func endpoint(at path: WebPath) -> WebEndpoint? {
        let parts = path.parts
        switch parts.first {
        case "ping" where parts.count == 1:
            return .get(.none) { _ in
                Self.object(status: models.core.isReady ? 200 : 500, "status", models.core.isReady ? "Healthy" : "Unhealthy")
            }
        case "api-description" where parts.count == 1: return .get { _ in OpenAPI.answer }
        case "predictions" where parts.count == 2 || parts.count == 3:
            let predict: WebEndpoint.Handler = { request in
                try await self.predict(request, parts[1], parts.count == 3 ? parts[2] : "")
            }
            return .post(.infer, predict).on(.put, .infer, predict).on(.get, .infer, predict)
        case "explanations" where parts.count == 2 || parts.count == 3:
            return .post { _ in throw WebFailure(501, "explanations are not supported") }
        case "token" where parts.count == 1: return keys.map { keys in WebEndpoint.get(.none) { request in try Self.renew(keys, request) } }
        case "models": return management(Array(parts.dropFirst()))
        default: return nil
        }
    }

    private func predict(_ web: WebRequest, _ model: String, _ version: String) async throws(WebFailure) -> WebAnswer {
        do throws(ServingError) {
            let mediaType = web.mediaType == "application/x-www-form-urlencoded" ? "" : web.mediaType
            return WebAnswer(
                json: try await models.predict(model, version, [("data", web.body.bytes)], mediaType: mediaType, owner: web.body))
        } catch {
            throw WebFailure(error)
        }
    }

    private static func renew(_ keys: TorchAuthorizer, _ request: WebRequest) throws(WebFailure) -> WebAnswer {
        let key = try keys.renew(request.query["type"] ?? "", authorization: request.headers[.authorization])
        return .json { json in key.write(to: &json) }
    }

    private func management(_ parts: [String]) -> WebEndpoint? {
        switch parts.count {
        case 0:
            return WebEndpoint.get { request in
                WebAnswer(
                    json: models.list(limit: Int(request.query["limit"] ?? "") ?? 0, from: Int(request.query["next_page_token"] ?? "") ?? 0)
                )
            }.on(.post, .admin) { request in
                try await status { () throws(ServingError) in
                    try await models.register(url: request.query["url"] ?? "", name: request.query["model_name"] ?? "")
                }
            }
        case 1, 2:
            let (model, version) = (parts[0], parts.count == 2 ? parts[1] : "")
            return WebEndpoint.get { _ in
                do throws(ServingError) { return WebAnswer(json: try models.describe(model, version)) } catch { throw WebFailure(error) }
            }.on(.put, .admin) { request in
                try await status(request.query["synchronous"] == "true" ? 200 : 202) { () throws(ServingError) in
                    try models.scale(model, version)
                }
            }.on(.delete, .admin) { _ in
                try await status { () throws(ServingError) in try await models.unregister(model, version) }
            }
        case 3 where parts[2] == "set-default":
            return WebEndpoint().on(.put, .admin) { _ in
                try await status { () throws(ServingError) in try await models.setDefault(parts[0], parts[1]) }
            }
        default: return nil
        }
    }

    private func status(_ code: Int = 200, _ body: () async throws(ServingError) -> String) async throws(WebFailure) -> WebAnswer {
        do throws(ServingError) { return Self.object(status: code, "status", try await body()) } catch { throw WebFailure(error) }
    }

    static func object(status: Int = 200, _ key: String, _ value: String) -> WebAnswer {
        .json(status: status) { json in
            json.beginObject()
            json.key(key)
            json.string(value)
            json.endObject()
        }
    }
}
