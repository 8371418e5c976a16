internal import YAML

/// Reads `model.yaml`, our own format: every key optional, unknown keys are errors that name file, line and the nearest known key.
public struct ModelYaml: SpecReader {
    public init() {}

    public var fileName: String { "model.yaml" }

    public func read(_ bytes: [UInt8], path: String, model: String) throws(ServingError) -> ModelSpec {
        do throws(YamlError) {
            var spec = ModelSpec(name: model)
            guard var map = try YamlMap(bytes, file: path) else { return spec }
            try spec.read(&map)
            try map.finish()
            return spec
        } catch {
            throw ServingError(.invalidArgument, error.description)
        }
    }
}

extension ModelSpec {
    fileprivate mutating func read(_ map: inout YamlMap) throws(YamlError) {
        name = try map.string("name") ?? name
        backend = try map.string("backend")
        platform = try map.string("platform")
        fileName = try map.string("file")
        maxBatchRows = try map.int("max_batch_size", in: 0...(1 << 20))
        objectiveNanos = try map.duration("slo")
        priority = try map.int("priority", in: -1000...1000) ?? 0
        instances.count = try map.int("instances", in: 1...1024)
        responseCache = try map.bool("cache") ?? false
        goldenRequired = try map.bool("golden_required") ?? true
        isDecoupled = try map.bool("decoupled") ?? false
        inputs = try TensorSpec.list(&map, "inputs")
        outputs = try TensorSpec.list(&map, "outputs")
        parameters = try map.words("parameters")
        metricTags = try map.words("metric_tags")
        if let policy = try VersionPolicy(&map, "versions") { versionPolicy = policy }
        labels = try map.numbers("labels")
        if var inner = try map.map("batching") {
            try batching.read(&inner)
            try inner.finish()
        }
        if var inner = try map.map("rate_limit") {
            let rate = try inner.double("requests_per_second", in: 0...1e12)
            let burst = try inner.double("burst", in: 1...1e12)
            try inner.finish()
            guard let rate else {
                throw YamlError("\(inner.file):\(inner.line): 'rate_limit' needs 'requests_per_second'")
            }
            rateLimit = RateLimitSpec(requestsPerSecond: rate, burst: burst ?? max(1, rate / 10))
        }
        if var inner = try map.map("routing") {
            try routing.read(&inner)
            try inner.finish()
        }
        if var inner = try map.map("sequence") {
            sequence = try SequenceSpec(&inner)
            try inner.finish()
        }
        if var inner = try map.map("process") {
            process = try ProcessSpec(&inner)
            try inner.finish()
        }
        if var inner = try map.map("remote") {
            remote = try RemoteSpec(&inner)
            try inner.finish()
        }
        warmups = try WarmupSpec.list(&map, "warmup")
        ensemble = try EnsembleSpec(&map, "steps")
        for output in outputs where !output.sources.isEmpty {
            guard ensemble != nil else {
                throw YamlError("\(map.file):\(map.line): output '\(output.name)' has 'from', which only an ensemble's outputs have")
            }
            ensemble?.outputSources[output.name] = output.sources
        }
    }
}

extension YamlMap {
    /// A map of words to words, such as parameters; numbers and truth values are taken as they are written.
    mutating func words(_ key: String) throws(YamlError) -> [String: String] {
        guard var inner = try map(key) else { return [:] }
        var words: [String: String] = [:]
        for name in inner.keys { words[name] = try inner.string(name) ?? "" }
        return words
    }

    /// A map of words to version numbers.
    mutating func numbers(_ key: String) throws(YamlError) -> [String: Int64] {
        guard var inner = try map(key) else { return [:] }
        var numbers: [String: Int64] = [:]
        for name in inner.keys { numbers[name] = try inner.int(name, in: 1...Int.max).map(Int64.init) }
        return numbers
    }
}
