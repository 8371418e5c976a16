internal import Batching
internal import Tensors

/// Makes a live version out of files: reads, checks against the configuration, warms up, asks the golden requests. On a loading thread.
struct VersionLoader: Sendable {
    let configuration: ServingCore.Configuration
    let backends: BackendRegistry
    let pool: ComputePool
    let router: Router

    func load(
        _ identity: VersionIdentity, listing: VersionListing, contents: [String: [UInt8]], spec: ModelSpec, limiter: RateLimiter?,
        onDrained: @escaping @Sendable (ModelVersion) -> Void
    ) throws(ServingError) -> ModelVersion {
        if let manifest = listing.manifest, let folder = listing.folder { try manifest.check(folder: folder) }
        if let ensemble = spec.ensemble {
            return try load(ensemble, identity, listing: listing, contents: contents, spec: spec, limiter: limiter, onDrained: onDrained)
        }
        let names = Set(listing.files.map(\.name)).union(contents.keys)
        let (backend, file) = try chooseBackend(identity, names: names, spec: spec)
        let files = ModelFiles(folder: listing.folder, main: file, contents: contents)
        let model = try backend.load(files, spec: spec)
        guard let outside = model as? any OutsideModel else {
            return try bringUp(model, backend, identity, listing: listing, contents: contents, spec: spec, limiter: limiter, onDrained: onDrained)
        }
        do {
            return try bringUp(model, backend, identity, listing: listing, contents: contents, spec: spec, limiter: limiter, onDrained: onDrained)
        } catch {
            outside.close()
            throw error
        }
    }

    /// Makes a live version out of a model that is in memory.
    private func bringUp(
        _ model: any LoadedModel, _ backend: any Backend, _ identity: VersionIdentity, listing: VersionListing, contents: [String: [UInt8]],
        spec: ModelSpec, limiter: RateLimiter?, onDrained: @escaping @Sendable (ModelVersion) -> Void
    ) throws(ServingError) -> ModelVersion {
        let outside = model as? any OutsideModel
        let batching = try RowRules(identity: identity, spec: spec, model: model, defaultMaxRows: configuration.defaultMaxRows)
        let binding = Binding(
            model: identity.model, signature: batching.signature, hasRows: batching.hasRows, maxRows: nil,
            inputReshapes: batching.inputReshapes, outputReshapes: batching.outputReshapes, seesParameters: outside != nil)
        let statistics = VersionStatistics()
        let policy = makePolicy(spec, maxRows: batching.maxRows, lanes: outside?.lanes)
        let instance = Instance(runner: try model.makeRunner(), signature: batching.signature)

        let warmup = Warmup(
            identity: identity, spec: spec, signature: model.signature, maxRows: batching.hasRows ? batching.maxRows : nil,
            clock: configuration.clock, budgetNanos: outside == nil ? configuration.limits.warmupNanos : 0)
        let samples = try warmup.run(instance)
        let golden = try GoldenRequest.all(of: listing, contents: contents, limits: configuration.limits)
        for request in golden {
            do throws(ServingError) {
                try request.check(on: instance, binding: binding)
            } catch {
                if spec.goldenRequired { throw error }
                configuration.onEvent(.goldenFailed(identity, error))
            }
        }

        // Nobody waits for somebody else on a lane that others need.
        let lanes = outside.map { ComputePool(lanes: $0.lanes, clock: configuration.clock) }
        lanes?.start()
        let queue = VersionQueue(
            version: identity, model: model, first: instance, binding: binding, policy: policy, statistics: statistics,
            lanePriority: spec.priority, pool: lanes ?? pool,
            inlineNanos: binding.hasFixedCost && outside == nil ? configuration.inlineNanos : 0, ownsPool: lanes != nil)
        for sample in samples { queue.seed(rows: sample.rows, runNanos: sample.nanos) }
        var parts = ModelVersion.Parts(
            identity: identity, spec: spec, signature: batching.signature, batchability: model.batchability,
            maxRows: batching.maxRows, backendName: backend.name, platform: backend.platform, memoryBytes: model.memoryBytes,
            goldenCount: golden.count, statistics: statistics, binding: binding, limiter: limiter,
            cacheBytes: spec.responseCache ? configuration.limits.cacheBytesPerVersion : 0, clock: configuration.clock, watch: configuration.watch)
        guard let sequence = spec.sequence else { return ModelVersion(parts, executor: queue, onDrained: onDrained) }

        let inputs = try SequenceInputs(
            sequence, signature: batching.signature, model: identity.model, hasRows: batching.hasRows, folder: modelFolder(listing))
        parts.signature = inputs.visible
        parts.binding = Binding(model: identity.model, signature: inputs.visible, hasRows: batching.hasRows, maxRows: nil)
        // What a sequence's next answer is hangs on more than the question.
        parts.cacheBytes = 0
        let executor = SequenceExecutor(
            identity: identity, spec: sequence, inputs: inputs, binding: binding, inner: queue, statistics: statistics,
            clock: configuration.clock)
        return ModelVersion(parts, executor: executor, onDrained: onDrained)
    }

    /// The folder that the version's lies in.
    private func modelFolder(_ listing: VersionListing) -> String? {
        guard let folder = listing.folder, let slash = folder.lastIndex(of: "/") else { return nil }
        return String(folder[..<slash])
    }

    private func chooseBackend(
        _ identity: VersionIdentity, names: Set<String>, spec: ModelSpec
    ) throws(ServingError) -> (any Backend, String) {
        if let wanted = spec.backend ?? spec.platform, !wanted.isEmpty {
            guard let backend = backends.named(wanted) else {
                let known = backends.backends.map(\.name).joined(separator: ", ")
                throw ServingError(.invalidArgument, "model '\(identity.model)' wants backend '\(wanted)', but this server has \(known)")
            }
            let candidates = spec.fileName.map { [$0] } ?? backend.fileNames
            // What lies elsewhere has no file here.
            if candidates.isEmpty || (spec.process?.command.isEmpty == false && spec.fileName == nil) { return (backend, candidates.first ?? "") }
            guard let file = candidates.first(where: names.contains) else {
                throw ServingError(
                    .notFound,
                    "version \(identity.number) of model '\(identity.model)' has no file \(candidates.joined(separator: " or "))")
            }
            return (backend, file)
        }
        if let file = spec.fileName {
            guard names.contains(file) else {
                throw ServingError(.notFound, "version \(identity.number) of model '\(identity.model)' has no file \(file)")
            }
            let ending = file.split(separator: ".").last.map(String.init) ?? ""
            guard let backend = backends.backends.first(where: { $0.fileNames.contains { $0.hasSuffix("." + ending) } }) else {
                throw ServingError(.unimplemented, "no backend takes the file \(file) of model '\(identity.model)'")
            }
            return (backend, file)
        }
        guard let (backend, file) = backends.taking(names) else {
            throw ServingError(
                .notFound,
                "version \(identity.number) of model '\(identity.model)' has no model file; looked for \(backends.knownFileNames.joined(separator: ", "))"
            )
        }
        return (backend, file)
    }

    /// - Parameter lanes: the threads of a model that has its own.
    private func makePolicy(_ spec: ModelSpec, maxRows: Int, lanes: Int?) -> BatchingPolicy {
        BatchingPolicy(
            maxRows: maxRows, lanes: lanes ?? max(1, min(spec.instances.count ?? pool.laneCount, pool.laneCount)),
            objectiveNanos: spec.objectiveNanos, preferredRows: spec.batching.preferredRows,
            maxQueueDelayNanos: spec.sequence?.maxQueueDelayNanos ?? spec.batching.maxQueueDelayNanos, preservesOrder: spec.batching.preservesOrder,
            defaultLevel: max(1, spec.batching.defaultPriority), levels: spec.batching.levelPolicies, limits: spec.batching.limits)
    }
}
