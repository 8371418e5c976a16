internal import JSON

/// A description of what the HTTP port answers, in OpenAPI's form.
enum OpenAPI {
    /// Paths by method and what they are for.
    private static let operations: [(path: String, methods: [(String, String)])] = [
        ("/v2", [("get", "Name, version and extensions of the server")]),
        ("/v2/health/live", [("get", "Whether the process answers")]),
        ("/v2/health/ready", [("get", "Whether the models of the start are loaded")]),
        ("/v2/models/{model}", [("get", "Inputs and outputs of a model")]),
        ("/v2/models/{model}/ready", [("get", "Whether a model answers")]),
        ("/v2/models/{model}/config", [("get", "A model's configuration, completed")]),
        ("/v2/models/{model}/stats", [("get", "What a model has done")]),
        ("/v2/models/{model}/infer", [("post", "KServe v2 inference, JSON or binary tensors")]),
        ("/v2/models/{model}/generate", [("post", "Inference with the inputs as members of an object")]),
        ("/v2/models/{model}/generate_stream", [("post", "The same, each part of the answer as a server-sent event")]),
        ("/v2/models/{model}/versions/{version}/infer", [("post", "The same, of one version")]),
        ("/v2/repository/index", [("post", "Every model, version and state")]),
        ("/v2/repository/models/{model}/load", [("post", "Loads a model")]),
        ("/v2/repository/models/{model}/unload", [("post", "Unloads a model")]),
        ("/v1/models", [("get", "Names of the models")]),
        ("/v1/models/{model}", [("get", "States of a model's versions")]),
        ("/v1/models/{model}/metadata", [("get", "Signatures of a model")]),
        ("/v1/models/{model}:predict", [("post", "TensorFlow Serving and KServe v1: instances or inputs")]),
        ("/v1/models/{model}:classify", [("post", "TensorFlow Serving: examples")]),
        ("/v1/models/{model}:regress", [("post", "TensorFlow Serving: examples")]),
        ("/predictions/{model}", [("post", "TorchServe: data as it is")]),
        ("/predictions/{model}/{version}", [("post", "TorchServe: data as it is")]),
        ("/ping", [("get", "Health of the server")]),
        ("/models", [("get", "TorchServe: models"), ("post", "TorchServe: registers a model of the repository")]),
        (
            "/models/{model}",
            [
                ("get", "TorchServe: describes a model"), ("put", "TorchServe: scales nothing"),
                ("delete", "TorchServe: unregisters a model"),
            ]
        ),
        ("/models/{model}/{version}/set-default", [("put", "TorchServe: the version for requests that name none")]),
        ("/invocations", [("post", "MLflow: dataframe_split, dataframe_records, instances, inputs or CSV")]),
        ("/version", [("get", "Version of the server")]),
    ]

    static var answer: WebAnswer {
        .json { json in
            json.beginObject()
            json.key("openapi")
            json.string("3.0.1")
            json.key("info")
            json.beginObject()
            json.key("title")
            json.string("Martlet")
            json.key("version")
            json.string(martletVersion)
            json.endObject()
            json.key("paths")
            json.beginObject()
            for operation in operations {
                json.key(operation.path)
                json.beginObject()
                for (method, summary) in operation.methods {
                    json.key(method)
                    json.beginObject()
                    json.key("summary")
                    json.string(summary)
                    let parameters = operation.path.split(separator: "/").flatMap { $0.split(separator: ":") }.filter { $0.hasPrefix("{") }
                    if !parameters.isEmpty {
                        json.key("parameters")
                        json.beginArray()
                        for parameter in parameters {
                            json.beginObject()
                            json.key("name")
                            json.string(parameter.dropFirst().dropLast())
                            json.key("in")
                            json.string("path")
                            json.key("required")
                            json.bool(true)
                            json.key("schema")
                            json.beginObject()
                            json.key("type")
                            json.string("string")
                            json.endObject()
                            json.endObject()
                        }
                        json.endArray()
                    }
                    json.key("responses")
                    json.beginObject()
                    json.key("200")
                    json.beginObject()
                    json.key("description")
                    json.string("Done")
                    json.endObject()
                    json.endObject()
                    json.endObject()
                }
                json.endObject()
            }
            json.endObject()
            json.endObject()
        }
    }
}
