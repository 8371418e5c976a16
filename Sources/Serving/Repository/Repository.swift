internal import Glibc
internal import Synchronization

/// Knows all models and brings their versions to life and to rest. One job at a time for each model, on loading threads.
final class Repository: Sendable {
    struct State {
        var models: [String: ModelRecord] = [:]
        /// Versions that take nothing more and have not been freed.
        var retiring: [ObjectIdentifier: Retiring] = [:]
        var startupLeft: Int? = nil
        var isStartupDone = false
        var onStartupDone: [@Sendable () -> Void] = []
        var handedOver = 0
        var loadCounts: (ready: UInt64, failed: UInt64) = (0, 0)
        var isStopping = false

        /// A model that no source has and nothing is left of leaves no trace.
        mutating func forgetIfGone(_ model: String) {
            guard let record = models[model] else { return }
            if record.live.isEmpty, record.states.isEmpty, record.seen == nil, !record.isBusy { models[model] = nil }
        }
    }

    struct Retiring {
        var version: ModelVersion
        var completion: (@Sendable () -> Void)?
    }

    let configuration: ServingCore.Configuration
    let readers: [any SpecReader]
    let loader: VersionLoader
    let router: Router
    let jobs: LoaderPool
    let state = Mutex(State())
    let pollSpot = ParkingSpot()
    private let housekeeper = Mutex<pthread_t?>(nil)

    init(
        _ configuration: ServingCore.Configuration, backends: BackendRegistry, readers: [any SpecReader], router: Router, pool: ComputePool
    ) {
        self.configuration = configuration
        self.readers = readers
        self.router = router
        loader = VersionLoader(configuration: configuration, backends: backends, pool: pool, router: router)
        jobs = LoaderPool(threads: configuration.loaders)
    }

    func start() {
        jobs.start()
        jobs.enqueue { [self] in loadStartupSet() }
        let thread = Thread.start(name: "housekeeper", niceness: 0) { [self] in keepHouse() }
        housekeeper.withLock { $0 = thread }
    }

    func stop() {
        state.withLock { $0.isStopping = true }
        pollSpot.wake()
        if let thread = housekeeper.withLock({ $0.take() }) { pthread_join(thread, nil) }
        jobs.stop()
    }

    /// Versions brought up and versions that could not be, ever.
    var loadCounts: (ready: UInt64, failed: UInt64) { state.withLock { $0.loadCounts } }

    var isStartupDone: Bool { state.withLock { $0.isStartupDone } }

    func whenStartupIsDone(_ body: @escaping @Sendable () -> Void) {
        let isDone = state.withLock { state in
            if !state.isStartupDone { state.onStartupDone.append(body) }
            return state.isStartupDone
        }
        if isDone { body() }
    }

    /// Requests under way in versions that take no more.
    var retiringInFlight: Int {
        state.withLock { $0.retiring.values.reduce(0) { $0 + $1.version.gate.count } }
    }

    func index(readyOnly: Bool) -> [IndexEntry] {
        var entries = state.withLock { state in
            state.models.flatMap { name, record -> [IndexEntry] in
                if record.states.isEmpty {
                    return [IndexEntry(model: name, version: nil, state: .unavailable, reason: record.reason)]
                }
                return record.states.map { number, condition in
                    if condition.state == .ready, let reason = record.live[number]?.version.unavailability {
                        return IndexEntry(model: name, version: number, state: .unavailable, reason: reason)
                    }
                    return IndexEntry(
                        model: name, version: number, state: condition.state,
                        reason: condition.reason.isEmpty && condition.state != .unloading ? record.reason : condition.reason)
                }
            }
        }
        if readyOnly { entries.removeAll { $0.state != .ready } }
        return entries.sorted { ($0.model, $0.version ?? 0) < ($1.model, $1.version ?? 0) }
    }

    /// Runs `job` after those of the same model that came before it.
    func enqueue(model: String, _ job: @escaping @Sendable () -> Void) {
        let isFree = state.withLock { state in
            if state.models[model]?.isBusy == true {
                state.models[model]?.pending.append(job)
                return false
            }
            state.models[model, default: ModelRecord()].isBusy = true
            return true
        }
        if isFree { jobs.enqueue { [self] in run(model, job) } }
    }

    private func run(_ model: String, _ job: @escaping @Sendable () -> Void) {
        job()
        let next: (@Sendable () -> Void)? = state.withLock { state in
            guard state.models[model]?.pending.isEmpty == false else {
                state.models[model]?.isBusy = false
                state.forgetIfGone(model)
                return nil
            }
            return state.models[model]?.pending.removeFirst()
        }
        if let next { jobs.enqueue { [self] in run(model, next) } }
    }

    /// All models of all sources. The first source that has a name wins.
    func list() -> [String: ModelListing] {
        var models: [String: ModelListing] = [:]
        for source in configuration.sources {
            do {
                for model in try source.list() where models[model.name] == nil { models[model.name] = model }
            } catch {
                configuration.onEvent(.sourceFailed(name: source.name, error))
            }
        }
        return models
    }

    private func loadStartupSet() {
        var models = list()
        var wanted = Set(models.keys)
        switch configuration.controlMode {
        case .none: break
        case .explicit:
            let named = Set(configuration.startupModels)
            if !named.contains("*") { wanted = named }
        case .poll:
            models = settleAtStart(models)
        }
        state.withLock { state in
            for (name, listing) in models {
                if configuration.controlMode == .explicit, !wanted.contains(name) { continue }
                state.models[name, default: ModelRecord()].seen = listing
            }
            state.startupLeft = wanted.count
        }
        if wanted.isEmpty { return finishStartup(count: 0) }
        // Ensembles last: when their turn comes what they are made of is there, or on its way.
        let listings = models
        let ensembles = wanted.filter { listings[$0].map(declaresEnsemble) ?? false }
        for name in wanted.subtracting(ensembles).sorted() + ensembles.sorted() {
            let listing = listings[name] ?? ModelListing(name: name, folder: nil)
            enqueue(model: name) { [self] in
                loadAfterMembers(LoadOrder(listing: listing), listings: listings, path: []) { [self] _ in finishStartup(count: 1) }
            }
        }
    }

    /// Fresh files get a second look a moment later, so that a start in the middle of a copy takes no half of it.
    private func settleAtStart(_ first: [String: ModelListing]) -> [String: ModelListing] {
        let settled = first.mapValues { Settling.settled($0, before: nil, applied: nil, wallNanos: WallClock.nanos) }
        if settled.allSatisfy({ $0.value == first[$0.key] }) { return first }
        usleep(100_000)
        let second = list()
        return second.compactMapValues {
            Settling.settled($0, before: first[$0.name], applied: nil, wallNanos: WallClock.nanos)
        }
    }

    private func finishStartup(count: Int) {
        let bodies: [@Sendable () -> Void] = state.withLock { state in
            let left = (state.startupLeft ?? 0) - count
            state.startupLeft = left
            guard left <= 0, !state.isStartupDone else { return [] }
            state.isStartupDone = true
            defer { state.onStartupDone = [] }
            return state.onStartupDone
        }
        for body in bodies { body() }
    }

    /// The time between two sweeps of the queues, while anything waits and while nothing does.
    private static let sweepNanos: Int64 = 20_000_000
    private static let quietNanos: Int64 = 200_000_000

    private func keepHouse() {
        let clock = MonotonicClock.system
        var interval: Int64?
        if case .poll(let nanos) = configuration.controlMode { interval = max(1_000_000, nanos) }
        var nextPoll = clock.nowNanos &+ (interval ?? 0)
        while !state.withLock({ $0.isStopping }) {
            let now = clock.nowNanos
            if let interval, now >= nextPoll, isStartupDone {
                poll()
                nextPoll = clock.nowNanos &+ interval
            }
            lookAtCanaries()
            var isQuiet = true
            for route in router.current.routes.values {
                for version in route.versions {
                    version.executor.sweep()
                    if version.gate.count > 0 { isQuiet = false }
                }
                if route.split != nil { isQuiet = false }
            }
            let pause = isQuiet ? Self.quietNanos : Self.sweepNanos
            pollSpot.park(untilNanos: min(clock.nowNanos &+ pause, interval == nil ? .max : nextPoll))
        }
    }

    private func poll() {
        let models = list()
        let now = WallClock.nanos
        var toLoad: [(String, ModelListing)] = []
        var toUnload: [String] = []
        state.withLock { state in
            for (name, listing) in models {
                var record = state.models[name, default: ModelRecord()]
                defer { state.models[name] = record }
                let settled = Settling.settled(listing, before: record.seen, applied: record.applied, wallNanos: now)
                record.seen = listing
                guard !record.isBusy, let settled, !settled.versions.isEmpty || record.applied != nil, settled != record.applied else {
                    continue
                }
                toLoad.append((name, settled))
            }
            for (name, record) in state.models where models[name] == nil && !record.isBusy {
                // Gone for two looks: one may fall between the removal and the return of a replacement.
                if record.seen != nil {
                    state.models[name]?.seen = nil
                } else if !record.live.isEmpty || !record.states.isEmpty {
                    toUnload.append(name)
                }
            }
        }
        for (name, listing) in toLoad {
            enqueue(model: name) { [self] in _ = load(name, listing: listing, override: nil, files: [:]) }
        }
        for name in toUnload {
            enqueue(model: name) { [self] in takeOut(name, forget: true, completion: nil) }
        }
    }
}
