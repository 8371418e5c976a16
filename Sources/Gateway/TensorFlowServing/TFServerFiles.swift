internal import Batching
internal import Messages
package import Serving
internal import Text

/// What the files say that TensorFlow Serving's model server takes as options, in our terms.
package struct TFServerFiles: Sendable {
    /// The models to serve, in the order of the file; nil when no file says.
    private(set) var models: [TFServing.ModelConfig]?
    /// Nil when no file says.
    private(set) var batching: TFServing.BatchingParameters?
    /// Where on the HTTP port metrics are, beside their own places; as parts.
    package private(set) var metricsPath: [String]?
    private let modelFile: String?

    /// Bytes of each of these files. Beyond: an error.
    private static let maxFileBytes = 4 << 20

    package init(_ settings: GatewayConfiguration) throws(GatewayError) {
        modelFile = settings.tensorFlowServing.modelConfigPath
        if let path = modelFile {
            let config = try Self.read(TFServing.ModelServerConfig.self, path)
            guard case .modelConfigList(let list)? = config.config else {
                throw GatewayError("\(path): a model_config_list is expected; custom configurations are not supported")
            }
            models = list.config
            for model in list.config {
                guard !model.name.isEmpty else { throw GatewayError("\(path): a model in the list has no name") }
                guard !model.basePath.isEmpty else { throw GatewayError("\(path): model '\(model.name)' has no base_path") }
                guard list.config.filter({ $0.name == model.name }).count == 1 else {
                    throw GatewayError("\(path): model '\(model.name)' is listed more than once")
                }
                do throws(ServingError) { _ = try TFReload.policy(model.modelVersionPolicy) } catch {
                    throw GatewayError("\(path): model '\(model.name)': \(error.message)")
                }
            }
        }
        if let path = settings.tensorFlowServing.batchingParametersPath {
            let parameters = try Self.read(TFServing.BatchingParameters.self, path)
            try Self.check(parameters, path)
            batching = parameters
        }
        if let path = settings.tensorFlowServing.monitoringConfigPath {
            let config = try Self.read(TFServing.MonitoringConfig.self, path)
            if let prometheus = config.prometheusConfig, prometheus.enable, !prometheus.path.isEmpty {
                metricsPath = prometheus.path.split(separator: "/").map(String.init)
            }
        }
    }

    private static func read<Content: Message>(_ type: Content.Type, _ path: String) throws(GatewayError) -> Content {
        let bytes: [UInt8]
        do throws(BoundedFile.Failure) { bytes = try BoundedFile.contents(of: path, limit: maxFileBytes) } catch {
            throw GatewayError("cannot read \(path): \(error)")
        }
        let read = bytes.withUnsafeBytes { bytes in
            Result { () throws(MessageError) in try Content(text: bytes, limits: DecodingLimits()) }
        }
        do throws(MessageError) { return try read.get() } catch { throw GatewayError("\(path):\(error)") }
    }

    private static func check(_ parameters: TFServing.BatchingParameters, _ path: String) throws(GatewayError) {
        for (name, value, least) in [
            ("max_batch_size", parameters.maxBatchSize, 1), ("batch_timeout_micros", parameters.batchTimeoutMicros, 0),
            ("max_enqueued_batches", parameters.maxEnqueuedBatches, 0), ("num_batch_threads", parameters.numBatchThreads, 1),
        ] as [(String, Int64Value?, Int64)] {
            guard let value else { continue }
            guard value.value >= least, value.value <= Int64(Int32.max) else {
                throw GatewayError("\(path): \(name) must be from \(least) to \(Int32.max), is \(value.value)")
            }
        }
        let sizes = parameters.allowedBatchSizes
        guard zip(sizes, sizes.dropFirst()).allSatisfy({ $0 < $1 }), sizes.allSatisfy({ $0 > 0 }) else {
            throw GatewayError("\(path): allowed_batch_sizes must be positive and in rising order")
        }
        if let last = sizes.last, let most = parameters.maxBatchSize, last != most.value {
            throw GatewayError("\(path): the last of allowed_batch_sizes must be max_batch_size, which is \(most.value), but is \(last)")
        }
    }

    /// Where the listed models come from; nil when no file lists models.
    var source: NamedFolderSource? {
        guard let models, let modelFile else { return nil }
        return NamedFolderSource(name: modelFile, models: models.map { .init(name: $0.name, folder: $0.basePath) })
    }

    /// The listed models' folders by name.
    package var folders: [String: String] {
        Dictionary(models?.map { ($0.name, $0.basePath) } ?? [], uniquingKeysWith: { first, _ in first })
    }

    /// The most rows of one run of a model that says nothing.
    package var maxRows: Int? { batching?.maxBatchSize.map { Int($0.value) } ?? batching?.allowedBatchSizes.last.map { Int($0) } }

    /// Inputs of different shapes are to be filled up, which is not done here.
    var wantsPadding: Bool { batching?.padVariableLengthInputs ?? false }

    /// Compute threads.
    package var threads: Int? { batching?.numBatchThreads.map { min(Int($0.value), 1024) } }

    /// Adds to a model's own configuration what the files say of it.
    package func amend(_ spec: inout ModelSpec) {
        if let model = models?.first(where: { $0.name == spec.name }) {
            if let policy = try? TFReload.policy(model.modelVersionPolicy) { spec.versionPolicy = policy }
            if !model.versionLabels.isEmpty { spec.labels = model.versionLabels }
        }
        // A model that says itself how it is batched is left alone.
        guard let batching, !spec.batching.isExplicit else { return }
        spec.batching.isExplicit = true
        let most = spec.maxBatchRows ?? maxRows ?? .max
        spec.batching.preferredRows = batching.allowedBatchSizes.map { Int($0) }.filter { $0 <= most }
        if let micros = batching.batchTimeoutMicros { spec.batching.maxQueueDelayNanos = micros.value * 1000 }
        if let batches = batching.maxEnqueuedBatches, batches.value > 0, let rows = maxRows {
            let (size, overflow) = Int(batches.value).multipliedReportingOverflow(by: rows)
            spec.batching.defaultQueuePolicy.maxQueueSize = overflow ? nil : size
        }
    }
}
