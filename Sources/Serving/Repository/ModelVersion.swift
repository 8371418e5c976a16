/// One version of a model that is or was live. What adapters may ask of it never changes.
public final class ModelVersion: Sendable {
    public let identity: VersionIdentity
    public let spec: ModelSpec
    /// What requests bring and get, in the order of the file: the file's word, narrowed by the configuration's.
    public let signature: ModelSignature
    public let batchability: Batchability
    /// The most rows of one run.
    public let maxRows: Int
    public let backendName: String
    public let platform: String
    public let memoryBytes: Int
    /// Golden requests that it answered rightly before it took traffic.
    public let goldenCount: Int
    public let statistics: VersionStatistics

    let gate = InFlightGate()
    let binding: Binding
    let executor: any RequestExecutor
    /// The executor of an ensemble; nil for any other model.
    let ensemble: EnsembleExecutor?
    let cache: ResponseCache?
    let limiter: RateLimiter?
    let watch: RequestWatch
    private let clock: MonotonicClock
    /// Called once, when the gate is closed and the last request has left.
    private let onDrained: @Sendable (ModelVersion) -> Void

    public var model: String { identity.model }
    public var number: Int64 { identity.number }

    /// Requests waiting, and under way altogether.
    public var depth: (queued: Int, inFlight: Int) { executor.depth }

    init(_ parts: Parts, executor: any RequestExecutor, onDrained: @escaping @Sendable (ModelVersion) -> Void) {
        identity = parts.identity
        spec = parts.spec
        signature = parts.signature
        batchability = parts.batchability
        maxRows = parts.maxRows
        backendName = parts.backendName
        platform = parts.platform
        memoryBytes = parts.memoryBytes
        goldenCount = parts.goldenCount
        statistics = parts.statistics
        binding = parts.binding
        limiter = parts.limiter
        clock = parts.clock
        watch = parts.watch
        cache = parts.cacheBytes > 0 ? ResponseCache(limitBytes: parts.cacheBytes, statistics: statistics, clock: clock, executor: executor) : nil
        self.executor = executor
        ensemble = executor as? EnsembleExecutor
        self.onDrained = onDrained
    }

    /// Why nothing can be answered now, for a model that runs elsewhere; nil while all is well.
    public var unavailability: String? { executor.unavailability }

    /// What a version is made of, before it can be asked anything.
    struct Parts {
        var identity: VersionIdentity
        var spec: ModelSpec
        var signature: ModelSignature
        var batchability: Batchability
        var maxRows: Int
        var backendName: String
        var platform: String
        var memoryBytes: Int
        var goldenCount: Int
        var statistics: VersionStatistics
        var binding: Binding
        var limiter: RateLimiter?
        /// 0 for no response cache.
        var cacheBytes: Int
        var clock: MonotonicClock
        var watch: RequestWatch
    }

    /// Takes in a request that has entered the gate.
    func submit(_ request: InferenceRequest) {
        guard accept(request) else { return }
        if let cache { cache.submit(request) } else { executor.submit(request) }
    }

    /// Takes in requests that have entered the gate together and been accepted.
    func submit(burst requests: ArraySlice<InferenceRequest>) {
        guard let cache else { return executor.submit(burst: requests) }
        for request in requests { cache.submit(request) }
    }

    /// Checks a request that has entered the gate against the limits and the signature; answers one that does not pass.
    func accept(_ request: InferenceRequest) -> Bool {
        if let limiter, let refusal = limiter.refusal(model: model, nowNanos: request.timing.arrivedNanos) {
            statistics.refuse(.rateLimit)
            reject(request, refusal)
            return false
        }
        do {
            try binding.bind(request)
            return true
        } catch {
            reject(request, error)
            return false
        }
    }

    private func reject(_ request: InferenceRequest, _ error: ServingError) {
        statistics.fail.add(0)
        request.fail(error, nowNanos: clock.nowNanos)
    }

    /// A request is done, and its sink has heard of it.
    func leave() {
        if gate.leave() { onDrained(self) }
    }

    /// Lets nobody in any more; ``onDrained`` follows, at once when nothing is under way.
    func close() {
        if gate.close() { onDrained(self) }
    }
}

/// What answers a version's requests: a queue before a model, or an ensemble.
protocol RequestExecutor: AnyObject, Sendable {
    /// Takes in a bound request. Its sink is called exactly once, possibly before this returns.
    func submit(_ request: InferenceRequest)
    /// Takes in bound requests that came together.
    func submit(burst requests: ArraySlice<InferenceRequest>)
    /// Takes nothing more and answers what waits as unavailable.
    func abandon()
    var depth: (queued: Int, inFlight: Int) { get }
    /// Why nothing can be answered now; nil while all is well.
    var unavailability: String? { get }
    /// Answers those whose time is over.
    func sweep()
    /// Frees what it holds. Only once nothing is under way.
    func release()
}

extension RequestExecutor {
    var unavailability: String? { nil }

    func submit(burst requests: ArraySlice<InferenceRequest>) {
        for request in requests { submit(request) }
    }
}

extension ModelVersion {
    /// The steps of an ensemble in the order of its configuration, with what each has done; empty for any other model.
    public var steps: [(name: String, statistics: StepStatistics)] { ensemble?.graph.steps.map { ($0.name, $0.statistics) } ?? [] }
}
