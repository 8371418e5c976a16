internal import Batching
internal import Synchronization
internal import Tensors

/// One request on its way through an ensemble.
///
/// Whoever brings the last news drives: it takes in answers, begins steps and, when none is left, answers the request. One thread drives at a
/// time; another that has news meanwhile leaves it in the inbox. So there is no recursion, however long the chain. All but the inbox belongs
/// to the one that drives: that is what `@unchecked Sendable` rests on.
final class EnsembleRun: ReplySink, @unchecked Sendable {
    private struct Inbox: ~Copyable {
        var arrived: [InferenceRequest] = []
        var isDriven = false
    }

    let executor: EnsembleExecutor
    let graph: EnsembleGraph
    private let inbox = Mutex(Inbox())
    private var arrived: [InferenceRequest] = []

    var request: InferenceRequest?
    var values: [EnsembleValue?] = []
    var progress = EnsembleProgress()
    /// By step, while it runs on its model.
    var calls: [StepCall?]
    private let ownPins = EnsemblePins()
    private var pins: EnsemblePins
    private(set) var error: ServingError?
    private var runningCalls = 0
    private var spareCalls: [InferenceRequest] = []
    private var tails: [Int64] = []
    /// Still on the thread that submitted: no place for long work.
    private var isOnSubmitter = false
    /// A built-in step that is to go on on a lane.
    private var deferred: Int?
    var trace: EnsembleTrace?

    /// A step that runs on its model.
    struct StepCall {
        var startedNanos: Int64
        /// The rows that it runs on; nil for all.
        var rows: RowSet?
        /// Requests that have not been answered.
        var left: Int
        /// Keeps the memory that rows of a mapped step are views of.
        var inputs: [EnsembleValue?] = []
        /// Answers to the rows of a mapped step, by row.
        var answers: [[EnsembleValue]] = []
        var error: ServingError?
        var queueNanos: Int64 = 0
        /// What a step that is not mapped made, by the places of its outputs.
        var made: [EnsembleValue?] = []
    }

    init(_ executor: EnsembleExecutor) {
        self.executor = executor
        graph = executor.graph
        calls = Array(repeating: nil, count: executor.graph.steps.count)
        values = Array(repeating: nil, count: executor.graph.tensors.count)
        pins = ownPins
    }

    /// Takes in a bound request. Its sink may hear of it before this returns.
    func start(_ request: InferenceRequest) {
        self.request = request
        error = nil
        trace = request.trace
        inbox.withLock { $0.isDriven = true }
        if let given = request.pins {
            pins = given
        } else {
            pins = ownPins
            do {
                try executor.pin(ownPins, for: request)
            } catch {
                return end(with: error)
            }
        }
        for (place, tensor) in graph.inputs.enumerated() {
            let input = request.bound.places[place]
            values[tensor] = input < 0 ? nil : EnsembleValue(request.inputs[input])
        }
        progress.begin(graph) { [values] in values[$0] != nil }
        if request.deadlineNanos != .max { graph.tails(into: &tails) }
        isOnSubmitter = true
        drive()
    }

    /// A step's model has answered. Any thread.
    func finished(_ call: InferenceRequest) {
        let isMine = inbox.withLock { inbox in
            inbox.arrived.append(call)
            if inbox.isDriven { return false }
            inbox.isDriven = true
            return true
        }
        guard isMine else { return }
        isOnSubmitter = false
        drive()
    }

    /// Goes on with what an event loop left for a lane.
    func goOn() {
        isOnSubmitter = false
        if let step = deferred {
            deferred = nil
            begin(step)
        }
        drive()
    }

    /// Ends what an event loop left for a lane that will not come.
    func giveUp() {
        if error == nil { error = ServingError(.unavailable, "the server is shutting down") }
        goOn()
    }

    private func drive() {
        while true {
            while deferred == nil, let step = progress.next() { begin(step) }
            if deferred != nil {
                // Nobody else drives until the lane does: the inbox stays taken.
                return executor.hop(self)
            }
            if runningCalls == 0 { return finish() }
            let isIdle = inbox.withLock { inbox in
                swap(&inbox.arrived, &arrived)
                if arrived.isEmpty { inbox.isDriven = false }
                return arrived.isEmpty
            }
            if isIdle { return }
            for call in arrived { absorb(call) }
            arrived.removeAll(keepingCapacity: true)
        }
    }

    private func begin(_ index: Int) {
        let step = graph.steps[index]
        guard error == nil, let request else { return pass(index) }
        if request.isCancelled {
            error = ServingError(.cancelled, "the request was cancelled")
            return pass(index)
        }
        // The step that it would replace did not fail.
        if let sign = step.replaces, progress.tensors[sign] != .made { return pass(index) }
        do throws(ServingError) {
            let now = executor.clock.nowNanos
            guard request.deadlineNanos > now else {
                throw ServingError(.deadlineExceeded, "the deadline passed before the step could run")
            }
            guard let (inputs, rows) = try gather(step) else { return pass(index) }
            switch step.target {
            case .builtin(let builtin):
                if isOnSubmitter, inputs.reduce(0, { $0 + ($1?.work ?? 0) }) * builtin.workPerElement > Self.maxWorkOnSubmitter {
                    deferred = index
                    return
                }
                try run(builtin, index, inputs, rows, startedNanos: now)
            case .model(let name, let selector):
                try call(name, selector, index, inputs, rows, startedNanos: now)
            }
        } catch {
            failed(index, error)
        }
    }

    /// Elements, or bytes of text, that a built-in step may take on the thread that submitted. Beyond: it goes on on a lane.
    private static let maxWorkOnSubmitter = 16_384

    /// A step that is not to run.
    private func pass(_ index: Int) {
        graph.steps[index].statistics.skip()
        trace?.skipped(graph.steps[index].name)
        progress.ended(index, failed: false, made: { _ in false }, in: graph)
    }

    private func failed(_ index: Int, _ fault: ServingError) {
        let step = graph.steps[index]
        // The caller's own end is nobody's to replace.
        let isReplaced = step.failureSign != nil && fault.code != .cancelled
        if !isReplaced, error == nil {
            error = graph.fault(fault, step: step.name)
            cancelCalls()
        }
        progress.ended(index, failed: isReplaced, made: { _ in false }, in: graph)
    }

    /// What still waits in queues is of no use any more.
    private func cancelCalls() {
        guard runningCalls > 0 else { return }
        isAborted.store(true, ordering: .relaxed)
    }

    private let isAborted = Atomic<Bool>(false)

    /// Nobody wants the answers of the run's calls any more: their way to know that they are cancelled. Any thread, while a call is under way.
    var isAbandoned: Bool { isAborted.load(ordering: .relaxed) || request?.isCancelled ?? false }

    private func run(
        _ builtin: any BuiltinStep, _ index: Int, _ inputs: [EnsembleValue?], _ rows: RowSet?, startedNanos: Int64
    ) throws(ServingError) {
        let step = graph.steps[index]
        let results: [Tensor]
        do {
            results = try builtin.run(inputs.compactMap { $0?.tensor() })
        } catch {
            let nanos = executor.clock.nowNanos - startedNanos
            step.statistics.book(nanos, queueNanos: 0, failed: true)
            trace?.ran(step.name, from: startedNanos, nanos: nanos, queueNanos: 0, rows: rows?.rows.count, error: error)
            throw error
        }
        let nanos = executor.clock.nowNanos - startedNanos
        step.statistics.book(nanos, queueNanos: 0, failed: false)
        trace?.ran(step.name, from: startedNanos, nanos: nanos, queueNanos: 0, rows: rows?.rows.count, error: nil)
        let names = builtin.outputNames
        var made: [(tensor: Int, value: EnsembleValue)] = []
        for output in step.outputs {
            guard let place = names.firstIndex(of: output.name) else { continue }
            let value = EnsembleValue(results[place], rows: rows)
            try checkRows(value, output.name)
            made.append((output.tensor, value))
        }
        for (tensor, value) in made { values[tensor] = value }
        progress.ended(index, failed: false, made: { _ in true }, in: graph)
    }

    private func call(
        _ name: Name, _ selector: VersionSelector, _ index: Int, _ inputs: [EnsembleValue?], _ rows: RowSet?, startedNanos: Int64
    ) throws(ServingError) {
        let step = graph.steps[index]
        let pin = pins[index]
        guard let version = pin.version else { throw pin.error ?? ServingError(.internal, "the step has no version") }
        guard step.isMapped else {
            let call = try makeCall(step, index, inputs, row: nil, startedNanos: startedNanos)
            calls[index] = StepCall(startedNanos: startedNanos, rows: rows, left: 1)
            runningCalls += 1
            return submit(call, to: version, pin)
        }
        guard let count = inputs.indices.lazy.compactMap({ step.inputs[$0].isMapped ? inputs[$0]?.rowCount : nil }).first, count > 0 else {
            throw ServingError(.invalidArgument, "the tensor whose rows it maps has none")
        }
        guard count <= Self.maxMappedRows else {
            throw ServingError(.resourceExhausted, "it maps \(count) rows; \(Self.maxMappedRows) are allowed")
        }
        var requests: [InferenceRequest] = []
        for row in 0..<count { requests.append(try makeCall(step, index, inputs, row: row, startedNanos: startedNanos)) }
        calls[index] = StepCall(
            startedNanos: startedNanos, rows: rows, left: count, inputs: inputs, answers: Array(repeating: [], count: count))
        runningCalls += count
        for request in requests { submit(request, to: version, pin) }
    }

    /// Rows of one mapped step: each waits in its model's queue. Beyond: the step fails.
    private static let maxMappedRows = 4096

    private func submit(_ call: InferenceRequest, to version: ModelVersion, _ pin: EnsemblePins.Pin) {
        version.gate.enterAgain()
        call.servedBy = version
        call.pins = pin.nested
        pin.shadow?.watch(call, servedBy: version)
        version.submit(call)
    }

    private func makeCall(
        _ step: EnsembleGraph.Step, _ index: Int, _ inputs: [EnsembleValue?], row: Int?, startedNanos: Int64
    ) throws(ServingError) -> InferenceRequest {
        guard let request, case .model(let name, let selector) = step.target else { throw ServingError(.internal, "no request") }
        let call = spareCalls.popLast() ?? InferenceRequest()
        call.model = name
        call.version = selector
        call.id = request.id
        call.run = self
        call.step = index
        call.row = row ?? -1
        call.sink = self
        for (place, input) in inputs.enumerated() {
            guard let input else { continue }
            call.inputs.append(try Self.tensor(step.inputs[place], input, row: row, dropsExtent: step.dropsExtent))
        }
        if !step.requested.isEmpty { call.requestedOutputs.append(contentsOf: step.requested) }
        call.deadlineNanos = deadline(of: step, index, request, nowNanos: startedNanos)
        call.priority = request.priority
        call.queueTimeoutNanos = request.queueTimeoutNanos
        if !request.parameters.isEmpty { call.parameters = request.parameters }
        call.sequence = request.sequence
        call.routingKey = request.routingKey
        call.timing.arrivedNanos = startedNanos
        if let trace { call.trace = trace.nested(step.name) }
        return call
    }

    /// The time by which a step must answer so that those after it can: the request's deadline less what they take by experience.
    private func deadline(of step: EnsembleGraph.Step, _ index: Int, _ request: InferenceRequest, nowNanos: Int64) -> Int64 {
        var deadline = request.deadlineNanos
        if deadline != .max, tails.count == graph.steps.count {
            // Never below half of what is left: the experience may be of slower days.
            deadline -= min(tails[index], max(0, deadline - nowNanos) / 2)
        }
        if let timeout = step.timeoutNanos {
            let (end, overflow) = nowNanos.addingReportingOverflow(timeout)
            if !overflow { deadline = min(deadline, end) }
        }
        return deadline
    }

    private func absorb(_ call: InferenceRequest) {
        let index = call.step
        let row = call.row
        runningCalls -= 1
        guard var state = calls[index] else { return }
        calls[index] = nil
        let step = graph.steps[index]
        state.left -= 1
        state.queueNanos = max(state.queueNanos, call.timing.queueNanos)
        if let error = call.error {
            if state.error == nil { state.error = error }
        } else if row >= 0 {
            state.answers[row] = step.outputs.compactMap { output in
                call.outputs.first { $0.name == output.name }.map { EnsembleValue($0) }
            }
        } else {
            for output in step.outputs {
                state.made.append(call.outputs.first { $0.name == output.name }.map { EnsembleValue($0, rows: state.rows) })
            }
        }
        // Parameters and views must not outlive the request.
        call.reset()
        if spareCalls.count < EnsembleSpec.maxSteps { spareCalls.append(call) }
        guard state.left == 0 else {
            calls[index] = state
            return
        }
        ended(index, step, state)
    }

    private func ended(_ index: Int, _ step: EnsembleGraph.Step, _ state: StepCall) {
        var state = state
        let nanos = max(0, executor.clock.nowNanos - state.startedNanos)
        if state.error == nil, step.isMapped {
            do { state.made = try stack(step, state.answers, rows: state.rows) } catch { state.error = error }
        }
        if state.error == nil {
            do throws(ServingError) {
                for (place, output) in step.outputs.enumerated() { if let value = state.made[place] { try checkRows(value, output.name) } }
            } catch {
                state.error = error
            }
        }
        step.statistics.book(nanos, queueNanos: state.queueNanos, failed: state.error != nil)
        trace?.ran(
            step.name, from: state.startedNanos, nanos: nanos, queueNanos: state.queueNanos, rows: state.rows?.rows.count,
            error: state.error)
        if let error = state.error { return failed(index, error) }
        let made = state.made
        for (place, output) in step.outputs.enumerated() where made[place] != nil { values[output.tensor] = made[place] }
        progress.ended(index, failed: false, made: { made[$0] != nil }, in: graph)
    }

    private func finish() {
        guard error == nil else { return end(with: error) }
        do {
            end(with: nil, outputs: try results())
        } catch {
            end(with: error)
        }
    }

    private func results() throws(ServingError) -> [OutputTensor] {
        guard let request else { return [] }
        var outputs: [OutputTensor] = []
        if request.bound.outputs.isEmpty {
            for result in graph.results { if let output = try output(result) { outputs.append(output) } }
        } else {
            for place in request.bound.outputs { if let output = try output(graph.results[place]) { outputs.append(output) } }
        }
        return outputs
    }

    private func end(with error: ServingError?, outputs: [OutputTensor] = []) {
        guard let request else { return }
        self.request = nil
        self.error = nil
        trace = nil
        for index in values.indices { values[index] = nil }
        if pins === ownPins { ownPins.release() }
        pins = ownPins
        isAborted.store(false, ordering: .relaxed)
        inbox.withLock { $0.isDriven = false }
        let executor = executor
        executor.recycle(self)
        // From here on the run is somebody else's.
        executor.answer(request, error, outputs)
    }
}

extension EnsembleExecutor {
    fileprivate func answer(_ request: InferenceRequest, _ error: ServingError?, _ outputs: [OutputTensor]) {
        let now = clock.nowNanos
        request.timing.finishedNanos = now
        request.error = error
        if let error {
            request.outputs.removeAll(keepingCapacity: true)
            if error.code == .cancelled { statistics.cancelled.wrappingAdd(1, ordering: .relaxed) }
            statistics.fail.add(request.timing.totalNanos)
        } else {
            request.outputs = outputs
            // Waiting happens at the members, and is counted there.
            request.timing.startedNanos = request.timing.arrivedNanos
            request.timing.gatheredNanos = request.timing.arrivedNanos
            request.timing.computedNanos = now
            request.timing.batchRows = request.bound.rows
            statistics.book(
                rows: request.bound.rows, requests: 1, inputNanos: 0, inferNanos: request.timing.computeNanos, outputNanos: 0,
                closeReason: .single, wallMillis: WallClock.millis)
            statistics.book(answered: request.timing, deadlineNanos: request.deadlineNanos)
        }
        request.deliver()
    }
}
