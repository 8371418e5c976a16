internal import Batching
internal import Synchronization
internal import Tensors

/// Takes a version's requests to the lanes and their answers back. One per live version; the decisions are the batch queue's.
final class VersionQueue: WorkSource, RequestExecutor {
    struct State: ~Copyable {
        var queue: BatchQueue<QueuedRequest>
        var free: [Instance] = []
        var instanceCount = 0
        var order = OrderedRelease<InferenceRequest>()
        /// Answers in order, while some thread hands them over.
        var outbox: [InferenceRequest] = []
        var isDelivering = false
    }

    let version: VersionIdentity
    let binding: Binding
    let batchability: Batchability
    let policy: BatchingPolicy
    let statistics: VersionStatistics
    let lanePriority: Int
    let laneTime = LaneTime()
    let pool: ComputePool
    let clock: MonotonicClock
    /// Below this predicted run time a request runs on its caller's thread: a hop to a lane would take longer.
    let inlineNanos: Int64
    let sharedOutputs: Set<Int>
    private let model: Mutex<(any LoadedModel)?>
    private let state: Mutex<State>
    /// Set when the outputs of a batch did not have its rows: the model mixes them after all.
    private let runsSingly = Atomic<Bool>(false)

    init(
        version: VersionIdentity, model: any LoadedModel, first: Instance, binding: Binding, policy: BatchingPolicy,
        statistics: VersionStatistics, lanePriority: Int, pool: ComputePool, inlineNanos: Int64
    ) {
        self.version = version
        self.binding = binding
        self.batchability = model.batchability
        self.policy = policy
        self.statistics = statistics
        self.lanePriority = lanePriority
        self.pool = pool
        self.clock = pool.clock
        self.inlineNanos = inlineNanos
        if case .rows(let shared) = model.batchability { sharedOutputs = shared } else { sharedOutputs = [] }
        self.model = Mutex(model)
        state = Mutex(State(queue: BatchQueue(policy: policy), free: [first], instanceCount: 1))
    }

    /// Teaches the latency curve before the first request comes.
    func seed(rows: Int, runNanos: Int64) {
        state.withLock { $0.queue.seed(rows: rows, runNanos: runNanos) }
    }

    private enum Entry {
        case inline(Instance)
        case queued(Wake)
        case refused(Refusal)
    }

    /// Takes in a bound request. Its sink is called exactly once, possibly before this returns.
    func submit(_ request: InferenceRequest) {
        let now = request.timing.arrivedNanos
        let rows = binding.hasRows ? request.bound.rows : 1
        if rows > policy.maxRows {
            request.assembly = PartAssembly(rows: rows, outputCount: binding.signature.outputs.count, sharedOutputs: sharedOutputs)
        }
        let entry: Entry = state.withLock { state in
            if policy.preservesOrder { request.turn = state.order.takeTurn() }
            if rows <= policy.maxRows, let run = state.queue.curve.cautiousNanos(rows: rows), run < inlineNanos,
                !request.isCancelled, request.deadlineNanos > now, let instance = state.free.last, state.queue.startInline(nowNanos: now)
            {
                state.free.removeLast()
                return .inline(instance)
            }
            let ticket = Ticket(
                rows: rows, byteCount: request.bound.byteCount, arrivalNanos: now, deadlineNanos: request.deadlineNanos,
                priority: request.priority, queueTimeoutNanos: request.queueTimeoutNanos)
            switch state.queue.admit(QueuedRequest(request: request, binding: binding), ticket, nowNanos: now) {
            case .admitted(let wake): return .queued(wake)
            case .refused(let refusal): return .refused(refusal)
            }
        }
        switch entry {
        case .inline(let instance):
            instance.batch.fill(
                inline: BatchItem(
                    task: QueuedRequest(request: request, binding: binding),
                    ticket: Ticket(rows: rows, arrivalNanos: now, deadlineNanos: request.deadlineNanos), firstRow: 0, rows: rows))
            run(instance, startedNanos: now, onLane: false)
        case .queued(.now): pool.enqueue(self)
        case .queued(.at(let nanos)): pool.enqueue(self, atNanos: nanos)
        case .queued(.no): break
        case .refused(let refusal): finish(request, rows: rows, refusal)
        }
    }

    func runOnce() -> Int64? {
        makeInstanceIfWanted()
        let now = clock.nowNanos
        let (step, instance, refused, wake) = state.withLock { state -> (NextStep, Instance?, Refused, Wake) in
            guard let instance = state.free.last else {
                state.queue.missLook()
                return (.idle, nil, [], .no)
            }
            let step = state.queue.next(nowNanos: now, into: &instance.batch)
            let refused = instance.batch.takeRefused()
            guard step == .run else { return (step, nil, refused, .no) }
            state.free.removeLast()
            return (step, instance, refused, state.queue.wakeAfterTaking())
        }
        if wake == .now { pool.enqueue(self) }
        for (task, rows, refusal) in refused { finish(task.request, rows: rows, refusal) }
        if let instance { run(instance, startedNanos: now, onLane: true) }
        if case .wait(let until) = step { return until }
        return nil
    }

    private typealias Refused = [(task: QueuedRequest, rows: Int, refusal: Refusal)]

    /// One more lane may run this version than ever did: makes its state, outside the lock.
    private func makeInstanceIfWanted() {
        let isWanted = state.withLock { state in
            guard state.free.isEmpty, state.instanceCount < policy.lanes else { return false }
            state.instanceCount += 1
            return true
        }
        guard isWanted, let model = model.withLock({ $0 }) else { return }
        // When it cannot be made fewer lanes run this version than might; those that do go on.
        guard let runner = try? model.makeRunner() else { return }
        let instance = Instance(runner: runner, signature: binding.signature)
        state.withLock { $0.free.append(instance) }
    }

    /// Answers those whose time is over while all lanes are busy. From a housekeeping thread.
    func sweep() {
        var batch = Batch<QueuedRequest>()
        let now = clock.nowNanos
        state.withLock { $0.queue.sweep(nowNanos: now, into: &batch) }
        for (task, rows, refusal) in batch.refused { finish(task.request, rows: rows, refusal) }
    }

    /// Tasks waiting, and under way altogether.
    var depth: (queued: Int, inFlight: Int) { state.withLock { ($0.queue.queuedTasks, $0.queue.inFlightTasks) } }

    /// Frees the model. Only once nothing is under way.
    func release() {
        state.withLock { $0.free.removeAll() }
        model.withLock { $0 = nil }
    }

    /// Runs the instance's batch, answers its requests and gives the lane back.
    private func run(_ instance: Instance, startedNanos started: Int64, onLane: Bool) {
        let items = instance.batch.items
        let rows = instance.batch.rows
        var runNanos: Int64?
        if items.count == 1 || !runsSingly.load(ordering: .relaxed) {
            switch attempt(instance, items[...], rows: rows, reason: instance.batch.closeReason, startedNanos: started) {
            case .answered(let finished): runNanos = finished - started
            case .failed(let error):
                if items.count == 1 {
                    fail(items[0], error, startedNanos: started)
                } else {
                    // Nobody's answer may depend on a neighbour: each is tried alone, and only the culprit fails.
                    runSingly(instance, items)
                }
            }
        } else {
            runSingly(instance, items)
        }
        instance.releaseOutputs()
        var (inTime, late) = (0, 0)
        let end = runNanos.map { started + $0 } ?? clock.nowNanos
        for item in items where item.ticket.deadlineNanos != .max {
            if item.ticket.deadlineNanos >= end { inTime += 1 } else { late += 1 }
        }
        instance.batch.removeAll()
        let wake: Wake = state.withLock { state in
            state.free.append(instance)
            return state.queue.finish(
                rows: rows, tasks: items.count, runNanos: runNanos, inTime: inTime, late: late, nowNanos: end)
        }
        if wake == .now { pool.enqueue(self, callerWillLook: onLane) }
    }

    private func runSingly(_ instance: Instance, _ items: [BatchItem<QueuedRequest>]) {
        for index in items.indices {
            let started = clock.nowNanos
            let item = items[index]
            if case .failed(let error) = attempt(instance, items[index...index], rows: item.rows, reason: .single, startedNanos: started) {
                fail(item, error, startedNanos: started)
            }
        }
    }

    private enum Attempt {
        case answered(finishedNanos: Int64)
        case failed(ServingError)
    }

    private func attempt(
        _ instance: Instance, _ items: ArraySlice<BatchItem<QueuedRequest>>, rows: Int, reason: CloseReason, startedNanos started: Int64
    ) -> Attempt {
        instance.gather(items, rows: rows, hasRows: binding.hasRows, reshapes: binding.inputReshapes)
        let gathered = clock.nowNanos
        do {
            try instance.run()
        } catch {
            return .failed(error)
        }
        let computed = clock.nowNanos
        let isShared = items.count > 1 || items.contains { $0.rows != $0.task.request.bound.rows }
        if isShared, !outputsHaveRows(instance, rows: rows) {
            runsSingly.store(true, ordering: .relaxed)
            return .failed(ServingError(.internal, "model '\(version.model)' answered \(rows) rows with another number of rows"))
        }
        var timing = RequestTiming()
        timing.startedNanos = started
        timing.gatheredNanos = gathered
        timing.computedNanos = computed
        timing.batchRows = rows
        timing.closeReason = reason
        timing.finishedNanos = clock.nowNanos
        scatter(instance, items, isShared: isShared, timing: timing)
        return .answered(finishedNanos: timing.finishedNanos)
    }

    private func outputsHaveRows(_ instance: Instance, rows: Int) -> Bool {
        for (index, output) in instance.outputs.enumerated() {
            guard let output, !sharedOutputs.contains(index) else { continue }
            if output.shape.rank == 0 || output.shape[0] != rows { return false }
        }
        return true
    }

    private func fail(_ item: BatchItem<QueuedRequest>, _ error: ServingError, startedNanos: Int64) {
        let request = item.task.request
        request.timing.startedNanos = startedNanos
        finish(request, rows: item.rows, error)
    }

    private func scatter(_ instance: Instance, _ items: ArraySlice<BatchItem<QueuedRequest>>, isShared: Bool, timing: RequestTiming) {
        statistics.book(
            rows: timing.batchRows, requests: items.count, inputNanos: timing.computeInputNanos, inferNanos: timing.computeNanos,
            outputNanos: timing.computeOutputNanos, closeReason: timing.closeReason, wallMillis: WallClock.millis)
        var batchRow = 0
        for item in items {
            defer { batchRow += item.rows }
            let request = item.task.request
            let arrived = request.timing.arrivedNanos
            var timing = timing
            timing.arrivedNanos = arrived
            if let assembly = request.assembly {
                switch assembly.add(first: item.firstRow, count: item.rows, batchRow: batchRow, outputs: instance.outputs) {
                case .more: break
                case .failed(let error): answer(request, error)
                case .done(let outputs):
                    request.timing = timing
                    request.setOutputs(outputs, binding: binding, rows: nil, shared: sharedOutputs)
                    succeed(request)
                }
                continue
            }
            request.timing = timing
            request.setOutputs(
                instance.outputs, binding: binding, rows: isShared ? batchRow..<(batchRow + item.rows) : nil, shared: sharedOutputs)
            succeed(request)
        }
    }

    private func succeed(_ request: InferenceRequest) {
        statistics.book(answered: request.timing, deadlineNanos: request.deadlineNanos)
        deliver(request)
    }

    private func finish(_ request: InferenceRequest, rows: Int, _ refusal: Refusal) {
        finish(request, rows: rows, refusal.error(model: version.model, statistics: statistics))
    }

    /// Ends the request, or `rows` rows of one that runs in parts, with an error.
    private func finish(_ request: InferenceRequest, rows: Int, _ error: ServingError) {
        guard let assembly = request.assembly else { return answer(request, error) }
        if case .failed(let first) = assembly.fail(count: rows, error) { answer(request, first) }
    }

    private func answer(_ request: InferenceRequest, _ error: ServingError) {
        request.error = error
        request.timing.finishedNanos = clock.nowNanos
        statistics.fail.add(request.timing.totalNanos)
        deliver(request)
    }

    private func deliver(_ request: InferenceRequest) {
        guard let turn = request.turn else { return request.deliver() }
        // Whoever finds the outbox unattended hands over what comes into it, outside the lock: sinks may submit again.
        var isMine = state.withLock { state in
            state.order.complete(turn, request) { state.outbox.append($0) }
            if state.isDelivering || state.outbox.isEmpty { return false }
            state.isDelivering = true
            return true
        }
        while isMine {
            let ready = state.withLock { state in
                defer { state.outbox = [] }
                state.isDelivering = !state.outbox.isEmpty
                return state.outbox
            }
            isMine = !ready.isEmpty
            for request in ready { request.deliver() }
        }
    }
}
