internal import JSON
internal import Serving

/// The body of a `:predict` request: the inputs by rows or by columns.
struct PredictBody {
    private(set) var inputs: [InputTensor] = []
    /// How many instances there are; nil when the inputs came by columns, and the outputs shall go so.
    private(set) var rows: Int?

    init(_ body: UnsafeRawBufferPointer, _ version: ModelVersion) throws(WebFailure) {
        do throws(JSONError) {
            var isGiven = false
            var reader = JSONReader(body)
            let read = RowInputs(version: version)
            try reader.beginObject()
            while let key = try reader.nextKey() {
                switch key {
                case "signature_name":
                    let place = reader.mark()
                    let name = try reader.string()
                    do throws(ServingError) { try TFSignature.check(name, model: version.model) } catch {
                        throw JSONError(error.message, at: place)
                    }
                case "instances", "inputs":
                    guard !isGiven else { throw JSONError("'instances' and 'inputs' cannot both be given", at: reader.mark()) }
                    isGiven = true
                    if key == "inputs" {
                        inputs = try read.columns(&reader)
                    } else {
                        let found = try read.instances(&reader)
                        (inputs, rows) = (found.inputs, found.rows)
                    }
                default: try reader.skip()
                }
            }
            try reader.end()
            guard isGiven else { throw JSONError("the request has neither 'instances' nor 'inputs'", at: body.count) }
        } catch {
            throw WebFailure(error)
        }
    }
}

/// The answer to a `:predict` request.
struct PredictAnswer {
    let outputs: [OutputTensor]
    /// By rows, and of how many; nil for by columns.
    let rows: Int?

    func json() throws(WebFailure) -> WebAnswer {
        guard let rows else { return .json { columns(&$0) } }
        for output in outputs {
            guard output.dims.count > 0, output.dims[0] == rows else {
                throw WebFailure(
                    400,
                    "output '\(output.name)' of shape \(output.dims) has no row for each of the \(rows) instances: send 'inputs' in place of 'instances'"
                )
            }
        }
        return .json { json in
            json.beginObject()
            json.key("predictions")
            json.beginArray()
            for row in 0..<rows {
                if outputs.count == 1 {
                    json.row(row, of: outputs[0], strings: Self.form(outputs[0]))
                } else {
                    json.beginObject()
                    for output in outputs {
                        json.key(output.name)
                        json.row(row, of: output, strings: Self.form(output))
                    }
                    json.endObject()
                }
            }
            json.endArray()
            json.endObject()
        }
    }

    private func columns(_ json: inout JSONWriter) {
        json.beginObject()
        json.key("outputs")
        if outputs.count == 1 {
            json.nested(outputs[0], strings: Self.form(outputs[0]))
        } else {
            json.beginObject()
            for output in outputs {
                json.key(output.name)
                json.nested(output, strings: Self.form(output))
            }
            json.endObject()
        }
        json.endObject()
    }

    /// What the name of an output says about its strings.
    private static func form(_ output: OutputTensor) -> JSONWriter.StringForm {
        output.name.hasSuffix("_bytes") ? .base64 : .textOrBase64
    }
}
