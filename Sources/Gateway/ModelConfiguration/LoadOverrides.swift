internal import Messages
internal import Serving

/// What a load request brings along: a configuration, and files by their path below the model's folder.
struct LoadOverrides {
    var spec: ModelSpec?
    var files: [Int64: [String: [UInt8]]] = [:]

    init(_ parameters: [String: ModelRepositoryParameter], model: String) throws(ServingError) {
        for (name, parameter) in parameters {
            if name == "config" {
                guard case .string(let json)? = parameter.choice else {
                    throw ServingError(.invalidArgument, "the parameter 'config' must be a string")
                }
                spec = try ConfigJSON.spec(json, model: model)
            } else if name.hasPrefix("file:") {
                let path = name.dropFirst(5)
                let parts = path.split(separator: "/", omittingEmptySubsequences: false)
                guard case .bytes(let bytes)? = parameter.choice, parts.count >= 2, let version = Int64(parts[0]), version > 0,
                    !parts.contains(".."), !parts.contains("")
                else {
                    throw ServingError(
                        .invalidArgument, "the parameter '\(name)' must be bytes and named 'file:<version>/<file>'")
                }
                files[version, default: [:]][parts.dropFirst().joined(separator: "/")] = bytes
            } else {
                throw ServingError(.invalidArgument, "unknown parameter '\(name)'; known are 'config' and 'file:<version>/<file>'")
            }
        }
        if !files.isEmpty, spec == nil {
            throw ServingError(.invalidArgument, "files are handed over for model '\(model)', but no 'config'; both belong together")
        }
    }
}
