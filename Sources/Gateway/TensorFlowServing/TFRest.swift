internal import GRPC
internal import JSON
internal import Messages
internal import Serving

/// TensorFlow Serving's REST interface, and KServe's first one, which shares its paths.
struct TFRest: WebRoom {
    let core: ServingCore
    let answers: ExampleAnswers

    func refusal(_ failure: WebFailure) -> WebAnswer { KServeREST.refusal(failure) }

    func endpoint(at path: WebPath) -> WebEndpoint? {
        var parts = path.parts[...]
        guard parts.popFirst() == "v1", parts.popFirst() == "models" else { return nil }
        guard let last = parts.popLast() else { return .get { _ in KServeREST.names(of: core) } }
        // The verb stands behind the last colon of the last part.
        var verb = ""
        var tail = last
        if let colon = last.lastIndex(of: ":") {
            verb = String(last[last.index(after: colon)...])
            tail = String(last[..<colon])
        }
        var names = Array(parts) + [tail]
        if verb.isEmpty, names.last == "metadata", names.count > 1 {
            names.removeLast()
            verb = "metadata"
        }
        guard let target = Target(names) else { return nil }
        switch verb {
        case "": return .get { request in try status(target, forKServe: request[header: "User-Agent"]?.hasPrefix("python-httpx") ?? false) }
        case "metadata": return .get { _ in try metadata(target) }
        case "predict": return .post { request in try await predict(request, target) }
        case "classify": return .post { request in try await classify(request, target) }
        case "regress": return .post { request in try await regress(request, target) }
        case "explain":
            return .post { _ in throw WebFailure(501, "explanations are not supported") }
        default: return nil
        }
    }

    /// The model that a path names.
    struct Target: Sendable {
        let model: String
        let version: TFServing.ModelSpec.Version?

        /// Nil when the parts name none.
        init?(_ parts: [String]) {
            guard let model = parts.first, !model.isEmpty else { return nil }
            self.model = model
            switch parts.count {
            case 1: version = nil
            case 3 where parts[1] == "versions":
                guard let number = Int64(parts[2]), number >= 0 else { return nil }
                version = .number(number)
            case 3 where parts[1] == "labels": version = .label(parts[2])
            default: return nil
            }
        }

        var spec: TFServing.ModelSpec { TFServing.ModelSpec(name: model, version: version) }
    }

    /// The states of the versions. KServe's client, which says that it is httpx, looks for two members more that TensorFlow Serving does
    /// not have.
    private func status(_ target: Target, forKServe: Bool) throws(WebFailure) -> WebAnswer {
        let status = try KServeREST.asking { () throws(ServingError) in try TFModelStatus.status(target.spec, core) }
        return .json { json in
            json.beginObject()
            json.key("model_version_status")
            json.beginArray()
            for version in status.modelVersionStatus {
                json.beginObject()
                json.key("version")
                json.string(String(version.version))
                json.key("state")
                json.string("\(version.state)")
                json.key("status")
                json.beginObject()
                json.key("error_code")
                json.string("\(version.status?.errorCode ?? .ok)")
                json.key("error_message")
                json.string(version.status?.errorMessage ?? "")
                json.endObject()
                json.endObject()
            }
            json.endArray()
            if forKServe {
                json.key("name")
                json.string(target.model)
                json.key("ready")
                json.bool(core.isReady(model: target.model))
            }
            json.endObject()
        }
    }

    private func metadata(_ target: Target) throws(WebFailure) -> WebAnswer {
        let version = try live(target)
        let map = TFServing.SignatureDefMap(signatureDef: [TFSignature.standard: TFSignature.definition(of: version)])
        var json = JSONWriter()
        json.beginObject()
        json.key("model_spec")
        json.beginObject()
        json.key("name")
        json.string(version.model)
        json.key("signature_name")
        json.string("")
        json.key("version")
        json.string(String(version.number))
        json.endObject()
        json.key("metadata")
        json.beginObject()
        json.key("signature_def")
        do throws(MessageError) { try map.writeJSON(to: &json, quotesLongNumbers: true) } catch { throw WebFailure(error) }
        json.endObject()
        json.endObject()
        return WebAnswer(json: json)
    }

    /// The version that a request for the target would reach now.
    func live(_ target: Target) throws(WebFailure) -> ModelVersion {
        try KServeREST.asking { () throws(ServingError) in try core.version(of: target.model, VersionSelector(target.version)) }
    }

    private func predict(_ web: WebRequest, _ target: Target) async throws(WebFailure) -> WebAnswer {
        let version = try live(target)
        let request = InferenceRequest()
        request.model = Name(target.model)
        // Names and types are this version's: no other may answer.
        request.version = .number(version.number)
        request.statedVersion = try KServeREST.asking { () throws(ServingError) in try VersionSelector(target.version) }
        request.origin = .tensorFlowREST
        let body = try PredictBody(web.body.bytes, version)
        request.inputs = body.inputs
        do throws(ServingError) { try await Asking.ask(request, core) } catch { throw WebFailure(error) }
        return try PredictAnswer(outputs: request.outputs, rows: body.rows).json()
    }

    private func classify(_ web: WebRequest, _ target: Target) async throws(WebFailure) -> WebAnswer {
        let input = try ExampleBody.input(web.body.bytes, target.model)
        let result: TFServing.ClassificationResult
        do throws(ServingError) {
            let answer = try await answers.ask(target.spec, input) { version throws(ServingError) in [try TFSignature.scores(of: version)] }
            result = try answers.classes(answer)
        } catch {
            throw WebFailure(error)
        }
        return .json { json in
            json.beginObject()
            json.key("results")
            json.beginArray()
            for row in result.classifications {
                json.beginArray()
                for found in row.classes {
                    json.beginArray()
                    json.string(found.label)
                    json.float(found.score)
                    json.endArray()
                }
                json.endArray()
            }
            json.endArray()
            json.endObject()
        }
    }

    private func regress(_ web: WebRequest, _ target: Target) async throws(WebFailure) -> WebAnswer {
        let input = try ExampleBody.input(web.body.bytes, target.model)
        let result: TFServing.RegressionResult
        do throws(ServingError) {
            let answer = try await answers.ask(target.spec, input) { version throws(ServingError) in [try TFSignature.values(of: version)] }
            result = try answers.values(answer)
        } catch {
            throw WebFailure(error)
        }
        return .json { json in
            json.beginObject()
            json.key("results")
            json.beginArray()
            for row in result.regressions { json.float(row.value) }
            json.endArray()
            json.endObject()
        }
    }
}
