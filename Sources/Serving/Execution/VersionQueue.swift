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
        var spreading = SpreadChoice()
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
    /// The pool is this version's own, and ends with it.
    private let ownsPool: Bool
    let sharedOutputs: Set<Int>
    private let model: Mutex<(any LoadedModel)?>
    private let state: Mutex<State>
    /// Set when the outputs of a batch did not have its rows: the model mixes them after all.
    private let runsSingly = Atomic<Bool>(false)
    private let isClosed = Atomic<Bool>(false)

    init(
        version: VersionIdentity, model: any LoadedModel, first: Instance, binding: Binding, policy: BatchingPolicy,
        statistics: VersionStatistics, lanePriority: Int, pool: ComputePool, inlineNanos: Int64, ownsPool: Bool = false
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
        self.ownsPool = ownsPool
        if case .rows(let shared) = model.batchability { sharedOutputs = shared } else { sharedOutputs = [] }
        self.model = Mutex(model)
        state = Mutex(State(queue: BatchQueue(policy: policy), free: [first], instanceCount: 1))
    }

    /// Teaches the latency curve before the first request comes.
    func seed(rows: Int, runNanos: Int64) {
        state.withLock { $0.queue.seed(rows: rows, runNanos: runNanos) }
    }

    /// Takes in a bound request. Its sink is called exactly once, possibly before this returns.
    func submit(_ request: InferenceRequest) {
        let now = request.timing.arrivedNanos
        let entry: Entry = state.withLock { state in
            if mayRunInline(request, now), let instance = takeInline(&state, tasks: 1, rows: rows(of: request), nowNanos: now) {
                if policy.preservesOrder { request.turn = state.order.takeTurn() }
                return .inline(instance)
            }
            return admit(request, &state, nowNanos: now)
        }
        switch entry {
        case .inline(let instance):
            instance.batch.beginInline()
            instance.batch.addInline(item(request))
            run(instance, startedNanos: now, onLane: false)
        case .queued(let wake): act(on: wake)
        case .refused(let refusal): finish(request, rows: rows(of: request), refusal)
        }
    }

    private enum Entry {
        case inline(Instance)
        case queued(Wake)
        case refused(Refusal)
    }

    /// Takes in requests that came together, each bound. What is quick is run on this thread side by side; the rest is queued under one lock.
    func submit(burst requests: ArraySlice<InferenceRequest>) {
        guard requests.count > 1 else { return queue(requests) }
        let now = clock.nowNanos
        let count = inlineCount(requests, nowNanos: now)
        guard count > 1 else { return queue(requests) }
        let together = requests.prefix(count)
        let rows = together.reduce(0) { $0 + self.rows(of: $1) }
        let instance: Instance? = state.withLock { state in
            guard let instance = takeInline(&state, tasks: count, rows: rows, nowNanos: now) else { return nil }
            if policy.preservesOrder { for request in together { request.turn = state.order.takeTurn() } }
            return instance
        }
        guard let instance else { return queue(requests) }
        instance.batch.beginInline()
        for request in together { instance.batch.addInline(item(request)) }
        // The others go to the lanes first, which then work at the same time.
        queue(requests.dropFirst(count))
        run(instance, startedNanos: now, onLane: false)
    }

    /// How many of the first requests may run side by side on this thread.
    private func inlineCount(_ requests: ArraySlice<InferenceRequest>, nowNanos now: Int64) -> Int {
        guard inlineNanos > 0, let first = requests.first else { return 0 }
        var rows = 0
        var count = 0
        for request in requests {
            rows += self.rows(of: request)
            guard rows <= policy.maxRows, mayRunInline(request, now), count == 0 || binding.canShare(first, request) else { break }
            count += 1
        }
        // As many as a hop to a lane would take longer than.
        return state.withLock { state in
            var count = count
            while count > 1 {
                let rows = requests.prefix(count).reduce(0) { $0 + self.rows(of: $1) }
                guard let run = state.queue.curve.cautiousNanos(rows: rows) else { return 0 }
                if run < inlineNanos { break }
                count /= 2
            }
            return count
        }
    }

    /// Queues requests one by one; a single one may still run on this thread.
    private func queue(_ requests: ArraySlice<InferenceRequest>) {
        if requests.count < 2 {
            for request in requests { submit(request) }
            return
        }
        var refused: [(InferenceRequest, Refusal)] = []
        let wake: Wake = state.withLock { state in
            var wake = Wake.no
            for request in requests {
                switch admit(request, &state, nowNanos: request.timing.arrivedNanos) {
                case .queued(let next): if next != .no, wake != .now { wake = next }
                case .refused(let refusal): refused.append((request, refusal))
                case .inline: break
                }
            }
            return wake
        }
        act(on: wake)
        for (request, refusal) in refused { finish(request, rows: rows(of: request), refusal) }
    }

    private func rows(of request: InferenceRequest) -> Int { binding.hasRows ? request.bound.rows : 1 }

    private func item(_ request: InferenceRequest) -> BatchItem<QueuedRequest> {
        let rows = rows(of: request)
        return BatchItem(
            task: QueuedRequest(request: request, binding: binding),
            ticket: Ticket(rows: rows, arrivalNanos: request.timing.arrivedNanos, deadlineNanos: request.deadlineNanos), firstRow: 0,
            rows: rows)
    }

    private func mayRunInline(_ request: InferenceRequest, _ now: Int64) -> Bool {
        !request.isCancelled && request.deadlineNanos > now
    }

    /// An instance for a run on this thread, when it would be quick and nothing waits.
    private func takeInline(_ state: inout State, tasks: Int, rows: Int, nowNanos: Int64) -> Instance? {
        guard inlineNanos > 0, rows <= policy.maxRows, !state.free.isEmpty,
            let run = state.queue.curve.cautiousNanos(rows: rows), run < inlineNanos,
            state.queue.startInline(tasks: tasks, nowNanos: nowNanos)
        else { return nil }
        return state.free.removeLast()
    }

    private func admit(_ request: InferenceRequest, _ state: inout State, nowNanos: Int64) -> Entry {
        let rows = rows(of: request)
        if policy.preservesOrder { request.turn = state.order.takeTurn() }
        if rows > policy.maxRows {
            // Whoever has a word to say about the answer, or must hear answers in order, needs it whole.
            if case .wanted(let sink) = request.parts, request.servedBy?.spec.isDecoupled ?? false, request.stages.isEmpty, request.turn == nil {
                request.stream = PartStream(rows: rows, sink: sink)
            } else {
                request.assembly = PartAssembly(rows: rows, outputCount: binding.signature.outputs.count, sharedOutputs: sharedOutputs)
            }
        }
        let ticket = Ticket(
            rows: rows, byteCount: request.bound.byteCount, arrivalNanos: nowNanos, deadlineNanos: request.deadlineNanos,
            priority: request.priority, queueTimeoutNanos: request.queueTimeoutNanos)
        switch state.queue.admit(QueuedRequest(request: request, binding: binding), ticket, nowNanos: nowNanos) {
        case .admitted(let wake): return .queued(wake)
        case .refused(let refusal): return .refused(refusal)
        }
    }

    private func act(on wake: Wake) {
        switch wake {
        case .now: pool.enqueue(self)
        case .at(let nanos): pool.enqueue(self, atNanos: nanos)
        case .no: break
        }
    }

    func runOnce() -> Int64? {
        let now = clock.nowNanos
        var found = look(nowNanos: now)
        while case .needsInstance = found {
            makeInstance()
            found = look(nowNanos: now)
        }
        guard case .took(let step, let instance, let refused, let wake) = found else { return nil }
        if wake == .now { pool.enqueue(self) }
        for (task, rows, refusal) in refused { finish(task.request, rows: rows, refusal) }
        if let instance { run(instance, startedNanos: now, onLane: true) }
        if case .wait(let until) = step { return until }
        return nil
    }

    private enum Look {
        case took(NextStep, Instance?, Refused, Wake)
        /// One more lane may run this version than ever did.
        case needsInstance
        case nobodyFree
    }

    private func look(nowNanos now: Int64) -> Look {
        state.withLock { state in
            guard let instance = state.free.last else {
                if state.instanceCount < policy.lanes {
                    state.instanceCount += 1
                    return .needsInstance
                }
                state.queue.missLook()
                return .nobodyFree
            }
            let step = state.queue.next(nowNanos: now, into: &instance.batch)
            let refused = instance.batch.takeRefused()
            guard step == .run else { return .took(step, nil, refused, .no) }
            state.free.removeLast()
            return .took(step, instance, refused, state.queue.wakeAfterTaking())
        }
    }

    /// Makes the state of one more lane, outside the lock.
    private func makeInstance() {
        // When it cannot be made fewer lanes run this version than might; those that do go on.
        guard let model = model.withLock({ $0 }), let runner = try? model.makeRunner() else { return }
        let instance = Instance(runner: runner, signature: binding.signature)
        state.withLock { $0.free.append(instance) }
    }

    private typealias Refused = [(task: QueuedRequest, rows: Int, refusal: Refusal)]

    /// Answers those whose time is over while all lanes are busy. From a housekeeping thread.
    func sweep() {
        var batch = Batch<QueuedRequest>()
        let now = clock.nowNanos
        state.withLock { $0.queue.sweep(nowNanos: now, into: &batch) }
        for (task, rows, refusal) in batch.refused { finish(task.request, rows: rows, refusal) }
    }

    /// Tasks waiting, and under way altogether.
    var depth: (queued: Int, inFlight: Int) { state.withLock { ($0.queue.queuedTasks, $0.queue.inFlightTasks) } }

    /// Takes nothing more and answers what waits as unavailable; what runs is finished.
    func abandon() {
        var batch = Batch<QueuedRequest>()
        state.withLock { state in
            state.queue.close()
            state.queue.abandon(into: &batch)
        }
        for (task, rows, refusal) in batch.refused { finish(task.request, rows: rows, refusal) }
        closeOutside()
    }

    /// Frees the model. Only once nothing is under way.
    func release() {
        closeOutside()
        state.withLock { $0.free.removeAll() }
        model.withLock { $0 = nil }
    }

    /// Ends what runs elsewhere, and the threads that wait for it. On any thread but those.
    private func closeOutside() {
        guard ownsPool, !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        (model.withLock { $0 } as? any OutsideModel)?.close()
        pool.stop()
    }

    /// Why nothing can be answered now; nil while all is well.
    var unavailability: String? { (model.withLock { $0 } as? any OutsideModel)?.unavailability }

    /// Runs the instance's batch, answers its requests and gives the lane back.
    private func run(_ instance: Instance, startedNanos started: Int64, onLane: Bool) {
        let (rows, tasks) = (instance.batch.rows, instance.batch.items.count)
        let isIdle = onLane && pool.laneCount > 1 && pool.hasOneBusyLane
        let (isSpread, expected) = isIdle ? decideSpreading(rows: rows) : (false, nil)
        instance.runner.mayBeSpread = isSpread
        let outcome = process(instance, startedNanos: started)
        instance.releaseOutputs()
        instance.batch.removeAll()
        let wake: Wake = state.withLock { state in
            state.free.append(instance)
            // A run that others joined says nothing about either way.
            if let expected, let nanos = outcome.runNanos, pool.hasOneBusyLane {
                state.spreading.record(wasSpread: isSpread, runNanos: nanos, expectedNanos: expected)
            }
            return state.queue.finish(
                rows: rows, tasks: tasks, runNanos: outcome.runNanos, inTime: outcome.inTime, late: outcome.late,
                nowNanos: outcome.endNanos)
        }
        if wake == .now { pool.enqueue(self, callerWillLook: onLane) }
    }

    /// Whether a run that has all lanes to itself is spread over them, and how long it should take.
    private func decideSpreading(rows: Int) -> (Bool, Int64?) {
        state.withLock { state in
            let expected = state.queue.curve.expectedNanos(rows: rows)
            return (state.spreading.next(isIdle: true, expectedNanos: expected), expected)
        }
    }

    private struct Outcome {
        /// Nil when the run failed, and says nothing about how long runs take.
        var runNanos: Int64?
        var endNanos: Int64
        var inTime = 0
        var late = 0
    }

    /// Runs and answers. On its own so that nothing holds the batch's memory once it returns, which is then used again.
    @inline(never)
    private func process(_ instance: Instance, startedNanos started: Int64) -> Outcome {
        let items = instance.batch.items
        var runNanos: Int64?
        if items.count == 1 || !runsSingly.load(ordering: .relaxed) {
            let found = attempt(
                instance, items[...], rows: instance.batch.rows, reason: instance.batch.closeReason, startedNanos: started)
            switch found {
            case .answered(let finished): runNanos = finished - started
            case .failed(let error):
                if items.count == 1 {
                    fail(items[0], error, startedNanos: started)
                } else if error.code == .deadlineExceeded {
                    // Tried again they would only be later.
                    for item in items { fail(item, error, startedNanos: started) }
                } else {
                    // Nobody's answer may depend on a neighbour: each is tried alone, and only the culprit fails.
                    runSingly(instance, items)
                }
            }
        } else {
            runSingly(instance, items)
        }
        var outcome = Outcome(runNanos: runNanos, endNanos: runNanos.map { started + $0 } ?? clock.nowNanos)
        for item in items {
            let due = policy.dueNanos(of: item.ticket)
            if due == .max { continue }
            if due >= outcome.endNanos { outcome.inTime += 1 } else { outcome.late += 1 }
        }
        return outcome
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
            try instance.run(items)
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
            if let stream = request.stream {
                let outputs = request.partOutputs(
                    instance.outputs, binding: binding, rows: batchRow..<(batchRow + item.rows), shared: sharedOutputs)
                let end = stream.add(.init(rows: item.rows, outputs: outputs), first: item.firstRow, of: request)
                if end != nil { request.timing = timing }
                finish(request, end)
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
        if let stream = request.stream { return finish(request, stream.fail(count: rows, error, of: request)) }
        guard let assembly = request.assembly else { return answer(request, error) }
        if case .failed(let first) = assembly.fail(count: rows, error) { answer(request, first) }
    }

    private func finish(_ request: InferenceRequest, _ end: PartStream.End?) {
        switch end {
        case nil: break
        case .last(let outputs)?:
            request.outputs = outputs
            succeed(request)
        case .failed(let error)?: answer(request, error)
        }
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
