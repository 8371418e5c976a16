internal import Client
internal import Messages
internal import Tensors

extension ModelRequest {
    /// A request of KServe v2 on the HTTP port.
    func kserveREST(_ control: RestControl, isBinary: Bool) async throws -> RequestRecipe {
        let path = "/v2/models/\(RestPath.encoded(model))" + (version.isEmpty ? "" : "/versions/\(RestPath.encoded(version))")
        let (inputs, outputs) = try tensors(try ModelSignature(rest: try await control.document(path), model: model))
        var json = "{"
        if let priority { json += "\"parameters\": {\"priority\": \(priority)\(isBinary ? ", \"binary_data_output\": true" : "")}, " }
        if isBinary, priority == nil { json += "\"parameters\": {\"binary_data_output\": true}, " }
        var raw: [UInt8] = []
        let parts = try inputs.map { name, tensor in
            guard let datatype = InferDatatype(tensor.dataType.kserveName) else {
                throw LoadError("input '\(name)': the protocol has no word for \(tensor.dataType)")
            }
            var part = "{\"name\": \(JSONText.quoted(name)), \"datatype\": \"\(datatype.name)\", \"shape\": \(tensor.shape.dims), "
            if isBinary {
                let bytes = WireElements.bytes(of: tensor)
                raw += bytes
                part += "\"parameters\": {\"binary_data_size\": \(bytes.count)}}"
            } else {
                part += "\"data\": \(tensor.json)}"
            }
            return part
        }
        json += "\"inputs\": [\(parts.joined(separator: ", "))]}"
        let head = Array(json.utf8)
        var recipe = RequestRecipe(name: model, path: path + "/infer", message: head + raw, check: KServeRestReply(outputs: outputs))
        recipe.call = .rest(
            contentType: isBinary ? "application/octet-stream" : "application/json", headerBytes: isBinary ? head.count : nil)
        return recipe
    }

    /// A request of TensorFlow Serving's REST interface.
    func tfservingREST(_ control: RestControl) async throws -> RequestRecipe {
        let path = "/v1/models/\(RestPath.encoded(model))" + (version.isEmpty ? "" : "/versions/\(RestPath.encoded(version))")
        let (inputs, outputs) = try tensors(try ModelSignature(tensorFlow: try await control.document(path + "/metadata"), model: model))
        let columns = inputs.map { "\(JSONText.quoted($0.name)): \($0.tensor.json)" }.joined(separator: ", ")
        var recipe = RequestRecipe(
            name: model, path: path + ":predict", message: Array("{\"inputs\": {\(columns)}}".utf8), check: PredictRestReply(outputs: outputs))
        recipe.call = .rest(contentType: "application/json", headerBytes: nil)
        return recipe
    }
}

/// Parts of paths.
enum RestPath {
    /// Everything but letters, digits and `-._~` as `%XX`.
    static func encoded(_ part: String) -> String {
        var text = ""
        for byte in part.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                text += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return text
    }
}
