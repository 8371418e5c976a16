internal import GRPC
internal import JSON
internal import Serving

/// MLflow's scoring server: one model behind `/invocations`. With several models the path or the parameter `model` says which.
struct MLflowRest: WebRoom {
    let core: ServingCore

    func refusal(_ failure: WebFailure) -> WebAnswer {
        .json(status: failure.status) { json in
            json.beginObject()
            json.key("error_code")
            json.string(failure.status == 404 ? "RESOURCE_DOES_NOT_EXIST" : failure.status >= 500 ? "INTERNAL_ERROR" : "BAD_REQUEST")
            json.key("message")
            json.string(failure.message)
            json.endObject()
        }
    }

    func endpoint(at path: WebPath) -> WebEndpoint? {
        switch path.parts.first {
        case "invocations" where path.parts.count <= 2:
            let named = path.parts.count == 2 ? path.parts[1] : nil
            return .post { request in try await invoke(request, model: named ?? request.query["model"]) }
        case "health" where path.parts.count == 1:
            return .get(.none) { _ in WebAnswer(status: core.isReady ? 200 : 503, text: "\n") }
        case "version" where path.parts.count == 1: return .get { _ in WebAnswer(text: martletVersion) }
        default: return nil
        }
    }

    private func invoke(_ web: WebRequest, model: String?) async throws(WebFailure) -> WebAnswer {
        let version = try self.version(model)
        let request = InferenceRequest()
        request.model = Name(version.model)
        request.version = .number(version.number)
        request.statedVersion = .any
        request.origin = .mlflow
        let rows: Int?
        switch web.mediaType {
        case "", "application/json": (request.inputs, rows) = try read(web.body.bytes, version)
        case "text/csv": (request.inputs, rows) = try CSVTable.read(web.body.bytes, version)
        default:
            throw WebFailure(415, "This predictor only supports the content types application/json and text/csv, not '\(web.mediaType)'")
        }
        do throws(ServingError) { try await Asking.ask(request, core) } catch { throw WebFailure(error) }
        return try answer(request.outputs, rows: rows)
    }

    /// The model that is asked: the one that is named, or the only one.
    private func version(_ name: String?) throws(WebFailure) -> ModelVersion {
        if let name { return try KServeREST.asking { () throws(ServingError) in try core.version(of: name) } }
        let names = Set(core.liveVersions.map(\.model)).sorted()
        guard names.count == 1 else {
            throw WebFailure(
                400,
                names.isEmpty
                    ? "no model is served"
                    : "several models are served (\(names.prefix(16).joined(separator: ", "))): say which, as in /invocations/\(names[0])")
        }
        return try KServeREST.asking { () throws(ServingError) in try core.version(of: names[0]) }
    }

    private func read(_ body: UnsafeRawBufferPointer, _ version: ModelVersion) throws(WebFailure) -> (inputs: [InputTensor], rows: Int?) {
        do throws(JSONError) {
            var inputs: [InputTensor]?
            var rows: Int?
            var reader = JSONReader(body)
            try reader.beginObject()
            while let key = try reader.nextKey() {
                guard key != "params" else {
                    try reader.skip()
                    continue
                }
                let place = reader.mark()
                guard inputs == nil else {
                    throw JSONError("only one of dataframe_split, dataframe_records, instances and inputs can be given", at: place)
                }
                switch key {
                case "dataframe_split": (inputs, rows) = try split(&reader, version)
                case "dataframe_records": (inputs, rows) = try records(&reader, version)
                case "instances":
                    let found = try RowInputs(version: version).instances(&reader)
                    (inputs, rows) = (found.inputs, found.rows)
                case "inputs": inputs = try RowInputs(version: version).columns(&reader)
                default:
                    throw JSONError(
                        "'\(key)' is not known; one of dataframe_split, dataframe_records, instances and inputs is expected", at: place)
                }
            }
            try reader.end()
            guard let inputs else {
                throw JSONError("one of dataframe_split, dataframe_records, instances and inputs is expected", at: body.count)
            }
            return (inputs, rows ?? inputs.first.flatMap { $0.dims.count > 0 ? $0.dims[0] : nil })
        } catch {
            throw WebFailure(error)
        }
    }

    private func split(_ reader: inout JSONReader, _ version: ModelVersion) throws(JSONError) -> (inputs: [InputTensor], rows: Int) {
        let start = reader.mark()
        var columns: [String]?
        var data: Int?
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "columns":
                var names: [String] = []
                try reader.beginArray()
                // Columns without names have numbers.
                while try reader.nextElement() {
                    names.append(try reader.peek() == .number ? "\(try reader.number().integer(Int.self) ?? 0)" : try reader.string())
                }
                columns = names
            case "data":
                data = reader.mark()
                try reader.skip()
            default: try reader.skip()
            }
        }
        guard let data else { throw JSONError("'dataframe_split' has no 'data'", at: start) }
        var rows = reader.at(data)
        if columns == nil { columns = try Self.unnamed(rows) }
        var frame = try Self.frame(columns ?? [], version, start)
        try rows.beginArray()
        while try rows.nextElement() { try frame.appendRow(&rows) }
        return (try Self.inputs(frame, start), frame.rows)
    }

    /// Names for the columns of a table that has none.
    private static func unnamed(_ rows: JSONReader) throws(JSONError) -> [String] {
        var rows = rows
        var names: [String] = []
        try rows.beginArray()
        guard try rows.nextElement() else { return names }
        try rows.beginArray()
        while try rows.nextElement() {
            names.append(String(names.count))
            try rows.skip()
        }
        return names
    }

    private func records(_ reader: inout JSONReader, _ version: ModelVersion) throws(JSONError) -> (inputs: [InputTensor], rows: Int) {
        let start = reader.mark()
        try reader.beginArray()
        guard try reader.nextElement() else { throw JSONError("the table has no rows", at: start) }
        var ahead = reader
        var columns: [String] = []
        try ahead.beginObject()
        while let key = try ahead.nextKey() {
            columns.append(key)
            try ahead.skip()
        }
        var frame = try Self.frame(columns, version, start)
        repeat { try frame.appendRecord(&reader) } while try reader.nextElement()
        return (try Self.inputs(frame, start), frame.rows)
    }

    private static func frame(_ columns: [String], _ version: ModelVersion, _ place: Int) throws(JSONError) -> DataFrame {
        do throws(ServingError) { return try DataFrame(columns, of: version) } catch { throw JSONError(error.message, at: place) }
    }

    private static func inputs(_ frame: DataFrame, _ place: Int) throws(JSONError) -> [InputTensor] {
        do throws(ServingError) { return try frame.inputs() } catch { throw JSONError(error.message, at: place) }
    }

    /// Rows where every output has them, as MLflow answers with a list; else the outputs whole.
    private func answer(_ outputs: [OutputTensor], rows: Int?) throws(WebFailure) -> WebAnswer {
        guard let rows, outputs.allSatisfy({ $0.dims.count > 0 && $0.dims[0] == rows }) else {
            return .json { json in
                json.beginObject()
                json.key("predictions")
                if outputs.count == 1 {
                    json.nested(outputs[0], strings: .textOrBase64)
                } else {
                    json.beginObject()
                    for output in outputs {
                        json.key(output.name)
                        json.nested(output, strings: .textOrBase64)
                    }
                    json.endObject()
                }
                json.endObject()
            }
        }
        return try PredictAnswer(outputs: outputs, rows: rows).json()
    }
}
