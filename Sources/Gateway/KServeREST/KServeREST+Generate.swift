internal import GRPC
internal import JSON
internal import Messages
internal import NIOCore
internal import Serving

// Inference with the inputs as members of an object, and the outputs as members of another: for models that take and give a text or a few
// numbers.
extension KServeREST {
    func generate(_ web: WebRequest, _ model: String, _ version: String) async throws(WebFailure) -> WebAnswer {
        let request = try generation(web, model, version)
        do throws(ServingError) { try await Asking.ask(request, core) } catch { throw WebFailure(error) }
        return WebAnswer(json: Self.generated(request, request.outputs))
    }

    /// The same with each part of the answer as an event of its own, as soon as it is there.
    func generateStream(_ web: WebRequest, _ model: String, _ version: String) async throws(WebFailure) -> WebAnswer {
        await EventStream.ask(try generation(web, model, version), core, Self.generated)
    }

    private func generation(_ web: WebRequest, _ model: String, _ version: String) throws(WebFailure) -> InferenceRequest {
        let live = try Self.asking { () throws(ServingError) in try core.version(of: model, VersionSelector(text: version)) }
        let request = InferenceRequest()
        request.origin = .kserveREST
        request.model = Name(model)
        // Members were matched to this version's inputs: no other may answer.
        request.version = .number(live.number)
        _ = try GenerateBody(web.body.bytes, into: request, of: live)
        return request
    }

    private static func generated(_ request: InferenceRequest, _ outputs: [OutputTensor]) -> JSONWriter {
        var json = JSONWriter()
        json.beginObject()
        if !request.id.isEmpty {
            json.key("id")
            json.string(request.id.string)
        }
        if let served = request.servedBy {
            json.key("model_name")
            json.string(served.model)
            json.key("model_version")
            json.string(String(served.number))
        }
        for output in outputs {
            json.key(output.name)
            if output.count == 1 {
                json.elements(of: output, in: 0..<1)
            } else {
                json.beginArray()
                json.elements(of: output, in: 0..<output.count)
                json.endArray()
            }
        }
        json.endObject()
        return json
    }
}
