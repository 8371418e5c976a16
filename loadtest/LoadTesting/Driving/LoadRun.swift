internal import GRPC
internal import HTTP2
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// Carries out a plan: connects, warms up, measures, waits for what is open, and sums up.
public struct LoadRun: Sendable {
    public let plan: RunPlan
    public let server: ServerAddress
    /// Called about four times a second while it runs.
    public var onProgress: (@Sendable (Progress) -> Void)?
    /// The server's process, to be watched; it must be on this machine.
    public var serverPID: Int?
    /// Where its metrics are, in place of its process or beside it.
    public var serverMetrics: ServerAddress?
    /// What is asked of the server while the run goes on.
    public var actions: [ScenarioAction] = []

    /// A moment of a run.
    public struct Progress: Sendable {
        public var isWarmup: Bool
        public var elapsedNanos: UInt64
        public var totalNanos: UInt64
        public var successes: Int
        public var failures: Int
        public var pending: Int
    }

    public init(plan: RunPlan, server: ServerAddress) {
        self.plan = plan
        self.server = server
    }

    private static let pollNanos: UInt64 = 50_000_000

    /// Runs the plan. Throws `LoadError` when it is impossible, or the server cannot be reached.
    public func run() async throws -> RunResult {
        try plan.validate()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: plan.loops)
        let tls = try server.tls.map { try $0.context(protocols: plan.isRest ? ["http/1.1"] : ["h2"]) }
        let counters = WireCounters()
        var loops: [LoadLoop] = []
        var lanes: [any LoadLane] = []
        for index in 0..<plan.loops {
            let eventLoop = group.next()
            let loop = LoadLoop(plan: plan, server: server, index: index, loop: LoopContext(eventLoop: eventLoop), clock: LoadClock())
            loops.append(loop)
            for _ in 0..<(plan.connections + plan.loops - 1 - index) / plan.loops {
                let lane: any LoadLane =
                    plan.isRest
                    ? RestConnection(owner: loop, server: server, tls: tls, eventLoop: eventLoop)
                    : LoadConnection(owner: loop, server: server, tls: tls, counters: counters, eventLoop: eventLoop)
                loop.add(lane, slots: plan.streamsPerConnection)
                lanes.append(lane)
            }
        }
        do {
            try await connect(loops, lanes)
            let result = try await drive(loops, counters)
            try await end(loops, lanes, group)
            return result
        } catch {
            try? await end(loops, lanes, group)
            throw error
        }
    }

    /// Runs `body` in a turn of the loop, on its thread.
    private static func on<R: Sendable>(_ loop: LoadLoop, _ body: @escaping @Sendable (LoadLoop) -> R) async throws -> R {
        guard let eventLoop = loop.loop.eventLoop else { throw LoadError("the loop has no thread") }
        return try await eventLoop.submit {
            var result: R?
            loop.loop.turn { result = body(loop) }
            guard let result else { fatalError("a turn did not call its body") }
            return result
        }.get()
    }

    private func connect(_ loops: [LoadLoop], _ lanes: [any LoadLane]) async throws {
        // A few at a time: listen queues are short.
        for start in stride(from: 0, to: lanes.count, by: 64) {
            let some = lanes[start..<min(start + 64, lanes.count)]
            var ready: [EventLoopFuture<Void>] = []
            for lane in some { ready.append(lane.eventLoop.flatSubmit { lane.begin() }) }
            for future in ready { try await future.get() }
        }
    }

    private func end(_ loops: [LoadLoop], _ lanes: [any LoadLane], _ group: MultiThreadedEventLoopGroup) async throws {
        for loop in loops {
            try await Self.on(loop) { _ in for lane in lanes where lane.isOwned(by: loop) { lane.close() } }
        }
        // GOAWAY goes out before the loops do.
        try await Task.sleep(nanoseconds: 5_000_000)
        try await group.shutdownGracefully()
        withExtendedLifetime(lanes) {}
    }

    private func schedule(part: Int, warmupNanos: UInt64) -> ArrivalSchedule? {
        switch plan.pace {
        case .closed: nil
        case .open(let spacing):
            ArrivalSchedule(plan.profile(warmupNanos: warmupNanos), spacing: spacing, seed: plan.seed, part: part, of: plan.loops)
        case .replay(let times, _): ArrivalSchedule(recorded: times, part: part, of: plan.loops)
        }
    }

    private func drive(_ loops: [LoadLoop], _ counters: WireCounters) async throws -> RunResult {
        let begin = LoadClock.monotonic + 10_000_000
        let isOpen = if case .closed = plan.pace { false } else { true }
        var warmupNanos: UInt64 = 0
        if case .replay = plan.pace {
        } else {
            warmupNanos =
                switch plan.warmup {
                case .auto: isOpen ? 1_000_000_000 : 0
                case .nanos(let nanos): nanos
                }
        }
        for (part, loop) in loops.enumerated() {
            let schedule = schedule(part: part, warmupNanos: warmupNanos)
            try await Self.on(loop) { $0.start(at: begin, schedule: schedule) }
        }
        var measureStart = begin + warmupNanos
        if !isOpen {
            if plan.warmup == .auto { try await warmUp(loops, begin) } else { try await sleep(until: measureStart) }
            measureStart = LoadClock.monotonic + 1_000_000
        } else {
            try await sleep(until: measureStart > 5_000_000 ? measureStart - 5_000_000 : 0, reporting: loops, begin, isWarmup: true)
        }
        let start = measureStart
        for loop in loops { try await Self.on(loop) { $0.measure(from: start) } }
        let cpuStart = LoadClock.processCPU
        var watch = ServerWatch(pid: serverPID, metrics: serverMetrics)
        try await watch.begin()
        var control: (any RepositoryControl)?
        if !actions.isEmpty { control = plan.isRest ? RestControl(server: server) as any RepositoryControl : ControlClient(server) }
        let acting = Task { [actions, control] in try await Self.act(actions, control, from: start) }
        let end = start + plan.measuredNanos
        while LoadClock.monotonic < end {
            try await sleep(until: min(end, LoadClock.monotonic + 250_000_000), reporting: loops, start, isWarmup: false)
            await watch.sample()
        }
        let cpu = LoadClock.processCPU - cpuStart
        await watch.end()
        let drainEnd = LoadClock.monotonic + plan.drainNanos
        while LoadClock.monotonic < drainEnd,
            loops.contains(where: { $0.progress.pending.load(ordering: .relaxed) > 0 || !$0.progress.isExhausted.load(ordering: .relaxed) })
        {
            try await Task.sleep(nanoseconds: 5_000_000)
        }
        for loop in loops { try await Self.on(loop) { $0.finish() } }
        await watch.settle()
        try await acting.value
        control?.close()
        var reports: [LoopReport] = []
        for loop in loops { reports.append(try await Self.on(loop) { $0.report }) }
        return RunResult(plan: plan, server: server, reports: reports, clientCPUNanos: cpu, warmupNanos: start - begin, watch: watch.report)
    }

    /// Waits for the throughput to settle: three stretches of 0.2 s within a tenth of each other, at most 3 s.
    private func warmUp(_ loops: [LoadLoop], _ begin: UInt64) async throws {
        func successes() -> Int { loops.reduce(0) { $0 + $1.progress.successes.load(ordering: .relaxed) } }
        var rates: [Double] = []
        var last = successes()
        var lastTime = LoadClock.monotonic
        for _ in 0..<15 {
            try await sleep(until: lastTime + 200_000_000, reporting: loops, begin, isWarmup: true)
            let (now, time) = (successes(), LoadClock.monotonic)
            rates.append(Double(now - last) / Double(time - lastTime))
            (last, lastTime) = (now, time)
            let recent = rates.suffix(3)
            if recent.count == 3, let low = recent.min(), let high = recent.max(), low > 0, high <= low * 1.1 { return }
        }
    }

    private func sleep(until time: UInt64, reporting loops: [LoadLoop] = [], _ start: UInt64 = 0, isWarmup: Bool = false) async throws {
        let now = LoadClock.monotonic
        if now < time { try await Task.sleep(nanoseconds: time - now) }
        guard let onProgress, !loops.isEmpty else { return }
        let after = LoadClock.monotonic
        onProgress(
            Progress(
                isWarmup: isWarmup, elapsedNanos: after > start ? after - start : 0, totalNanos: plan.measuredNanos,
                successes: loops.reduce(0) { $0 + $1.progress.successes.load(ordering: .relaxed) },
                failures: loops.reduce(0) { $0 + $1.progress.failures.load(ordering: .relaxed) },
                pending: loops.reduce(0) { $0 + $1.progress.pending.load(ordering: .relaxed) }))
    }

    private static func act(_ actions: [ScenarioAction], _ control: (any RepositoryControl)?, from start: UInt64) async throws {
        guard let control else { return }
        for action in actions.sorted(by: { $0.atNanos < $1.atNanos }) {
            let due = start + action.atNanos
            let now = LoadClock.monotonic
            if now < due { try await Task.sleep(nanoseconds: due - now) }
            switch action.kind {
            case .load(let model): try await control.load(model: model)
            case .unload(let model): try await control.unload(model: model)
            }
        }
    }
}
