internal import Engine
internal import Glibc
internal import Synchronization

/// The serving core: a repository of models, the lanes that run them, and the way in.
///
/// Everything may be called from any thread. The life of one: ``init(_:backends:readers:)``, ``start()``, requests through
/// ``Submitter``s, ``drain(withinNanos:)``, ``stop()``.
public final class ServingCore: Sendable {
    public struct Configuration: Sendable {
        public var sources: [any Source]
        public var controlMode: ControlMode
        /// What ``ControlMode/explicit`` loads at the start; `*` is all. Other modes load all.
        public var startupModels: [String]
        /// Compute threads, shared by all models.
        public var lanes: Int
        /// Models loaded at the same time.
        public var loaders: Int
        /// Requests predicted to run faster than this run on their caller's thread; 0 for never.
        public var inlineNanos: Int64
        /// The most rows of one run of a model that says nothing.
        public var defaultMaxRows: Int
        /// Adds to a model's configuration what is said elsewhere; not to one that comes with a request to load. Called on loading threads.
        public var amend: @Sendable (inout ModelSpec) -> Void
        public var limits: ServingLimits
        public var clock: MonotonicClock
        public var onEvent: @Sendable (ServingEvent) -> Void
        /// Called for every request from outside as it comes in, on its caller's thread; steps of ensembles are not. Must be quick, and
        /// keep nothing of the request.
        public var onRequest: (@Sendable (InferenceRequest) -> Void)?
        /// Hears of slow requests.
        public var watch: RequestWatch

        public init(sources: [any Source] = []) {
            self.sources = sources
            controlMode = .none
            startupModels = []
            lanes = 2
            loaders = 2
            inlineNanos = 20_000
            defaultMaxRows = 64
            amend = { _ in }
            limits = ServingLimits()
            clock = .system
            onEvent = { _ in }
            onRequest = nil
            watch = RequestWatch()
        }
    }

    let configuration: Configuration
    let router = Router()
    public let pool: ComputePool
    let repository: Repository
    private let sharedTable: Mutex<RouteTable>
    private let isLeaving = Atomic<Bool>(false)

    public init(_ configuration: Configuration, backends: BackendRegistry, readers: [any SpecReader] = []) {
        self.configuration = configuration
        pool = ComputePool(lanes: configuration.lanes, clock: configuration.clock)
        repository = Repository(configuration, backends: backends, readers: readers, router: router, pool: pool)
        sharedTable = Mutex(router.current)
    }

    public var clock: MonotonicClock { configuration.clock }

    /// Starts the threads and begins to load the start-up set.
    public func start() {
        // A run that has the machine to itself may be spread over what would be the other lanes.
        EngineThreads.count = max(EngineThreads.count, pool.laneCount)
        pool.start()
        repository.start()
    }

    /// Ends the threads. Requests still queued are answered with UNAVAILABLE.
    public func stop() {
        router.update { _, isDraining in isDraining = true }
        for version in liveVersions {
            version.close()
            version.executor.abandon()
        }
        repository.stop()
        pool.stop()
    }

    public func makeSubmitter() -> Submitter { Submitter(core: self) }

    /// Takes in a request from a thread that has no ``Submitter``; otherwise the same.
    public func submit(_ request: InferenceRequest) {
        var table = sharedTable.withLock { $0 }
        let generation = table.generation
        submit(request, &table)
        if table.generation > generation {
            let newer = table
            sharedTable.withLock { if $0.generation < newer.generation { $0 = newer } }
        }
    }

    func submit(_ request: InferenceRequest, _ table: inout RouteTable) {
        guard let version = enter(request, &table) else { return }
        version.submit(request)
    }

    /// Routes and checks a request, for ``ModelVersion/submit(burst:)`` to take; answers one that does not pass.
    func accept(_ request: InferenceRequest, _ table: inout RouteTable) -> ModelVersion? {
        guard let version = enter(request, &table), version.accept(request) else { return nil }
        return version
    }

    /// Finds the version and enters it; answers a request for which there is none.
    private func enter(_ request: InferenceRequest, _ table: inout RouteTable) -> ModelVersion? {
        request.timing.arrivedNanos = clock.nowNanos
        if let onRequest = configuration.onRequest { onRequest(request) }
        do {
            let found = try router.enter(request, &table)
            request.servedBy = found.version
            if found.version.spec.isDecoupled, case .refused(let message) = request.parts {
                request.fail(ServingError(.unimplemented, "\(message)"), nowNanos: request.timing.arrivedNanos)
                return nil
            }
            if let shadow = found.shadow { shadow.watch(request, servedBy: found.version) }
            return found.version
        } catch {
            request.fail(error, nowNanos: request.timing.arrivedNanos)
            return nil
        }
    }

    /// Changes how requests that name no version are shared among a model's live ones, until the model is configured anew; nil goes back to
    /// its configuration. `completion` is called on a loading thread.
    public func setRouting(_ model: String, _ routing: RoutingSpec?, completion: @escaping @Sendable (ServingError?) -> Void) {
        repository.setRouting(model, routing, completion: completion)
    }

    /// How a model's requests are shared now; nil for a model that nobody knows.
    public func routingStatus(of model: String) -> RoutingStatus? { repository.routingStatus(of: model) }

    /// The version that a request for `model` would reach now.
    public func version(of model: String, _ selector: VersionSelector = .any) throws(ServingError) -> ModelVersion {
        let request = InferenceRequest()
        request.model = Name(model)
        request.version = selector
        return try router.current.version(for: request)
    }

    /// All live versions of `model`, ascending; empty when there are none.
    public func versions(of model: String) -> [ModelVersion] {
        router.current.routes[Name(model)]?.versions ?? []
    }

    /// Every live version, by model and number.
    public var liveVersions: [ModelVersion] {
        router.current.routes.values.flatMap(\.versions).sorted { ($0.model, $0.number) < ($1.model, $1.number) }
    }

    /// The state of every version that is known.
    public func index(readyOnly: Bool = false) -> [IndexEntry] { repository.index(readyOnly: readyOnly) }

    /// Whether requests for `model` are answered.
    public func isReady(model: String, _ selector: VersionSelector = .any) -> Bool {
        (try? version(of: model, selector)).map { $0.unavailability == nil } ?? false
    }

    /// Whether the start-up set has been dealt with, and the server does not drain.
    public var isReady: Bool { repository.isStartupDone && !isLeaving.load(ordering: .relaxed) && !router.current.isDraining }

    /// Says through ``isReady`` that balancers should look elsewhere; requests are answered all the same, until ``drain(withinNanos:)``.
    public func announceLeaving() { isLeaving.store(true, ordering: .relaxed) }

    /// Calls `body` once the start-up set is loaded or has failed to: at once, or later on a loading thread.
    public func whenStartupIsDone(_ body: @escaping @Sendable () -> Void) { repository.whenStartupIsDone(body) }

    /// Waits for the start-up set. Blocks: not for event loops.
    public func waitForStartup() {
        let spot = ParkingSpot()
        whenStartupIsDone { spot.wake() }
        spot.park(untilNanos: nil)
    }

    /// Loads or reloads a model as its source has it now.
    ///
    /// - Parameters:
    ///   - override: takes the place of its configuration files.
    ///   - files: take the place of files on disk, by version and name within its folder.
    ///   - completion: called on a loading thread, with the error when no wanted version could be loaded.
    public func load(
        _ model: String, override: ModelSpec? = nil, files: [Int64: [String: [UInt8]]] = [:],
        completion: @escaping @Sendable (ServingError?) -> Void
    ) {
        repository.load(model, override: override, files: files, completion: completion)
    }

    /// Takes a model out of service; `completion` is called when its last request is answered and its memory freed.
    public func unload(_ model: String, completion: @escaping @Sendable (ServingError?) -> Void) {
        repository.unload(model, completion: completion)
    }

    /// Lets no request in any more and waits until those under way are answered, or for `withinNanos`. Returns how many were left.
    /// Blocks: not for event loops.
    @discardableResult
    public func drain(withinNanos: Int64) -> Int {
        router.update { _, isDraining in isDraining = true }
        let end = clock.nowNanos &+ withinNanos
        let versions = liveVersions
        // Whoever found a version before the router changed, and has not entered it yet, is turned away at its gate.
        for version in versions { version.close() }
        while true {
            let left = versions.reduce(0) { $0 + $1.gate.count } + repository.retiringInFlight
            if left == 0 || clock.nowNanos >= end { return left }
            usleep(500)
        }
    }
}
