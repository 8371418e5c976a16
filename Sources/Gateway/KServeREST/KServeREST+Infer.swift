internal import GRPC
internal import JSON
internal import Messages
internal import NIOCore
internal import Serving
internal import Tensors

extension KServeREST {
    static let headerLength = "Inference-Header-Content-Length"

    func infer(_ web: WebRequest, _ model: String, _ version: String) async throws(WebFailure) -> WebAnswer {
        let request = InferenceRequest()
        request.origin = .kserveREST
        request.model = Name(model)
        request.parts = .refused("HTTP end point doesn't support models with decoupled transaction policy")
        request.read(web)
        request.version = try Self.asking { () throws(ServingError) in try VersionSelector(text: version) }
        var wishes: [OutputWish] = []
        var isBinary = false
        if let text = web[header: Self.headerLength] {
            guard let count = Int(text), count >= 0 else { throw WebFailure(400, "\(Self.headerLength) '\(text)' is no whole number") }
            if count == 0 {
                try rawInput(web.body, of: request)
                isBinary = true
            } else {
                let body = try KServeBody(web.body, jsonBytes: count, into: request, service.extensions)
                (wishes, isBinary) = (body.wishes, body.isBinary)
            }
        } else {
            let body = try KServeBody(web.body, jsonBytes: web.body.count, into: request, service.extensions)
            (wishes, isBinary) = (body.wishes, body.isBinary)
        }
        do throws(ServingError) { try await Asking.ask(request, core) } catch { throw WebFailure(error) }
        return try Self.asking { () throws(ServingError) in try answer(request, wishes, isBinary) }
    }

    /// The whole body is the one input of the model; what its shape leaves open follows from the number of bytes.
    private func rawInput(_ body: MessageBuffer, of request: InferenceRequest) throws(WebFailure) {
        let version = try Self.asking { () throws(ServingError) in try core.version(of: request.model.string, request.version) }
        guard version.signature.inputs.count == 1 else {
            throw WebFailure(
                400, "a request without JSON needs a model with one input, but '\(version.model)' has \(version.signature.inputs.count)")
        }
        let port = version.signature.inputs[0]
        request.owner = body
        if port.dataType == .string {
            let rank = max(1, port.dims?.count ?? 1)
            let tensor = Tensor(strings: [ByteString(bytes: Array(body.bytes))], shape: Shape([1]))
            request.inputs = [
                InputTensor(
                    name: Name(port.name), dataType: .string, dims: Dims(Array(repeating: 1, count: rank)), contents: .tensor(tensor))
            ]
            return
        }
        let elements = body.count / max(1, port.dataType.byteWidth)
        guard let extents = OpenShape.fill(port.dims, count: elements), elements * port.dataType.byteWidth == body.count else {
            throw WebFailure(
                400,
                "the body's \(body.count) bytes do not fit input '\(port.name)' of type \(port.dataType.kserveName) and shape \(Dims(port.dims ?? [-1]))"
            )
        }
        request.inputs = [InputTensor(name: Name(port.name), dataType: port.dataType, dims: Dims(extents), contents: .bytes(body.bytes))]
    }

    private func answer(_ request: InferenceRequest, _ wishes: [OutputWish], _ isBinary: Bool) throws(ServingError) -> WebAnswer {
        guard let version = request.servedBy else { throw ServingError(.internal, "the request was answered by nobody") }
        let outputs = try service.extensions.wished(request.outputs, wishes, version)
        var json = JSONWriter()
        var raw: [ByteBuffer] = []
        json.beginObject()
        if !request.id.isEmpty {
            json.key("id")
            json.string(request.id.string)
        }
        json.key("model_name")
        json.string(version.model)
        json.key("model_version")
        json.string(String(version.number))
        json.key("outputs")
        json.beginArray()
        for (index, output) in outputs.enumerated() {
            var wish = index < wishes.count ? wishes[index] : OutputWish()
            if wishes.isEmpty { wish.isBinary = isBinary }
            try write(output, wish, to: &json, &raw)
        }
        json.endArray()
        json.endObject()
        var answer = WebAnswer(json: json)
        if raw.contains(where: { _ in true }) {
            answer.contentType = "application/octet-stream"
            answer.headers = [(Self.headerLength, String(json.bytes.count))]
            answer.pieces += raw
        }
        return answer
    }

    private func write(_ output: OutputTensor, _ wish: OutputWish, to json: inout JSONWriter, _ raw: inout [ByteBuffer])
        throws(ServingError)
    {
        json.beginObject()
        json.key("name")
        json.string(output.name)
        json.key("datatype")
        json.string("\(InferDatatype(output.dataType).name)")
        json.key("shape")
        json.beginArray()
        for axis in 0..<output.dims.count { json.integer(output.dims[axis]) }
        json.endArray()
        if let place = wish.memory {
            var strings = WireBuffer()
            strings.append(raw: output.strings)
            let bytes = output.dataType == .string ? strings.bytes : output.bytes
            try service.extensions.place(output, at: place, raw: bytes)
            json.key("parameters")
            json.beginObject()
            json.key("shared_memory_region")
            json.string(place.region)
            json.key("shared_memory_byte_size")
            json.integer(bytes.count)
            json.endObject()
        } else if wish.isBinary {
            let buffer: ByteBuffer
            if output.dataType == .string {
                var strings = WireBuffer()
                strings.append(raw: output.strings)
                buffer = ByteBuffer(bytes: strings.bytes)
            } else {
                buffer = ByteBuffer(bytes: output.bytes)
            }
            json.key("parameters")
            json.beginObject()
            json.key("binary_data_size")
            json.integer(buffer.readableBytes)
            json.endObject()
            raw.append(buffer)
        } else {
            json.key("data")
            json.beginArray()
            json.elements(of: output, in: 0..<output.count)
            json.endArray()
        }
        json.endObject()
    }
}
