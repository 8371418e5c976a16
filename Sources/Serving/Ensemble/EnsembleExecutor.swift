internal import Synchronization

/// Answers the requests of an ensemble: each is a run of its own through the graph, whose steps join the queues of the members.
final class EnsembleExecutor: RequestExecutor {
    /// Runs kept for their memory. Beyond: a run is freed when it is over.
    static let maxSpareRuns = 256

    let graph: EnsembleGraph
    let router: Router
    let statistics: VersionStatistics
    let clock: MonotonicClock
    /// Requests under way at once: they hold memory while their steps wait. Beyond: refused.
    let maxInFlight: Int
    private let lanes: LaneHop
    private let table: Mutex<RouteTable>
    private let spare = Mutex<[EnsembleRun]>([])
    private let underWay = Atomic<Int>(0)
    private let isClosed = Atomic<Bool>(false)

    init(
        graph: EnsembleGraph, router: Router, pool: ComputePool, statistics: VersionStatistics, clock: MonotonicClock, maxInFlight: Int,
        priority: Int
    ) {
        self.graph = graph
        self.router = router
        self.statistics = statistics
        self.clock = clock
        self.maxInFlight = maxInFlight
        lanes = LaneHop(pool: pool, priority: priority)
        table = Mutex(router.current)
    }

    func submit(_ request: InferenceRequest) {
        if let refusal = refusal() { return reject(request, refusal) }
        let run = spare.withLock { $0.popLast() } ?? EnsembleRun(self)
        run.start(request)
    }

    private func refusal() -> ServingError? {
        if isClosed.load(ordering: .relaxed) {
            statistics.refuse(.draining)
            return ServingError(.unavailable, "ensemble '\(graph.model)' takes no more requests: it is being unloaded")
        }
        guard underWay.wrappingAdd(1, ordering: .relaxed).newValue <= maxInFlight else {
            underWay.wrappingSubtract(1, ordering: .relaxed)
            statistics.refuse(.queueFull)
            return ServingError(.resourceExhausted, "ensemble '\(graph.model)' has \(maxInFlight) requests under way, as many as it may")
        }
        return nil
    }

    private func reject(_ request: InferenceRequest, _ error: ServingError) {
        statistics.fail.add(0)
        request.fail(error, nowNanos: clock.nowNanos)
    }

    /// Holds the versions that the request's steps will run on.
    func pin(_ pins: EnsemblePins, for request: InferenceRequest) throws(ServingError) {
        var table = self.table.withLock { $0 }
        let generation = table.generation
        try pins.take(graph, for: request, router: router, &table)
        if table.generation > generation {
            let newer = table
            self.table.withLock { if $0.generation < newer.generation { $0 = newer } }
        }
    }

    /// Takes the run back; it is over, and nobody touches it any more.
    func recycle(_ run: EnsembleRun) {
        underWay.wrappingSubtract(1, ordering: .relaxed)
        guard !isClosed.load(ordering: .relaxed) else { return }
        spare.withLock { if $0.count < Self.maxSpareRuns { $0.append(run) } }
    }

    /// Goes on with the run on a lane.
    func hop(_ run: EnsembleRun) { lanes.add(run) }

    var depth: (queued: Int, inFlight: Int) { (0, underWay.load(ordering: .relaxed)) }

    /// Steps wait in the queues of their models, which look after them.
    func sweep() {}

    func abandon() {
        release()
        lanes.abandon()
    }

    func release() {
        isClosed.store(true, ordering: .relaxed)
        spare.withLock { $0 = [] }
        // The table knows the version that this executor belongs to: neither would ever be freed.
        table.withLock { $0 = RouteTable(generation: -1, routes: [:], isDraining: false) }
    }
}

/// Takes runs with work of their own from an event loop to a lane.
final class LaneHop: WorkSource {
    let lanePriority: Int
    let laneTime = LaneTime()
    private let pool: ComputePool
    private let waiting = Mutex<[EnsembleRun]>([])

    init(pool: ComputePool, priority: Int) {
        self.pool = pool
        lanePriority = priority
    }

    func add(_ run: EnsembleRun) {
        waiting.withLock { $0.append(run) }
        pool.enqueue(self)
    }

    /// Ends what waits: no lane will come.
    func abandon() {
        let left = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        for run in left { run.giveUp() }
    }

    func runOnce() -> Int64? {
        let (run, isMore) = waiting.withLock { waiting -> (EnsembleRun?, Bool) in
            guard !waiting.isEmpty else { return (nil, false) }
            let run = waiting.removeFirst()
            return (run, !waiting.isEmpty)
        }
        if isMore { pool.enqueue(self, callerWillLook: true) }
        run?.goOn()
        return nil
    }
}
