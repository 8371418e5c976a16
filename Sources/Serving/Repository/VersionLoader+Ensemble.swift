internal import Batching
internal import Text

extension VersionLoader {
    /// Makes a live version of an ensemble out of its members as they are now.
    func load(
        _ ensemble: EnsembleSpec, _ identity: VersionIdentity, listing: VersionListing, contents: [String: [UInt8]], spec: ModelSpec,
        limiter: RateLimiter?, onDrained: @escaping @Sendable (ModelVersion) -> Void
    ) throws(ServingError) -> ModelVersion {
        let members = try EnsembleMembers.facts(of: ensemble, ensemble: identity.model, in: router.current)
        let graph = try EnsembleCompiler.compile(
            model: identity.model, spec: spec, ensemble: ensemble, members: members, defaultMaxRows: configuration.defaultMaxRows
        ) { name in
            if let content = contents[name] { return content }
            guard let folder = listing.folder else { return nil }
            return (try? BoundedFile.contents(of: "\(folder)/\(name)", limit: Directory.maxFileBytes))
                ?? (try? BoundedFile.contents(of: "\(folder)/../\(name)", limit: Directory.maxFileBytes))
        }
        let binding = Binding(model: identity.model, signature: graph.signature, hasRows: graph.hasRows, maxRows: nil)
        let statistics = VersionStatistics()
        let executor = EnsembleExecutor(
            graph: graph, router: router, pool: pool, statistics: statistics, clock: configuration.clock,
            maxInFlight: spec.batching.limits.maxQueuedTasks, priority: spec.priority)
        let golden = try GoldenRequest.all(of: listing, contents: contents, limits: configuration.limits)
        for request in golden {
            do throws(ServingError) {
                try request.check(on: executor, binding: binding, clock: configuration.clock)
            } catch {
                if spec.goldenRequired { throw error }
                configuration.onEvent(.goldenFailed(identity, error))
            }
        }
        let parts = ModelVersion.Parts(
            identity: identity, spec: spec, signature: graph.signature,
            batchability: graph.hasRows ? .rows(sharedOutputs: []) : .single(reason: "the ensemble's tensors are declared whole"),
            maxRows: graph.maxRows, backendName: "", platform: "ensemble", memoryBytes: 0, goldenCount: golden.count,
            statistics: statistics,
            binding: binding, limiter: limiter, cacheBytes: spec.responseCache ? configuration.limits.cacheBytesPerVersion : 0,
            clock: configuration.clock, watch: configuration.watch)
        return ModelVersion(parts, executor: executor, onDrained: onDrained)
    }
}
