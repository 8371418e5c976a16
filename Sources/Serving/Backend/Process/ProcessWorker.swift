internal import Glibc
internal import Synchronization
internal import Tensors

/// One worker process of a version, through all its lives. Whoever holds the lock speaks with it: a run, or the keeper in between.
final class ProcessWorker: Sendable {
    /// All but the flags is only touched under the lock: that is what `@unchecked Sendable` rests on.
    struct State: @unchecked Sendable {
        var link: WorkerLink?
        var life = WorkerLife()
        var call: UInt64 = 0
        /// A run whose callers have left, until the worker is done with it; and when it hangs.
        var stale: (call: UInt64, hangsAtNanos: Int64)?
        var heardNanos: Int64 = 0
        var memory: [OutputMemory] = []
    }

    let setup: ProcessSetup
    let model: String
    let output: WorkerOutput
    private let state = Mutex(State())
    private let isClosing = Atomic<Bool>(false)
    /// Set while the worker is down.
    private let trouble = Mutex<String?>(nil)
    private let channel = Mutex<WorkerChannel?>(nil)
    private let onEnd: @Sendable (String) -> Void
    /// What every life of it must have said of itself; set by the first.
    private let hello = Mutex<WorkerHello?>(nil)

    init(
        _ setup: ProcessSetup, model: String, onLine: @escaping @Sendable (String) -> Void, onEnd: @escaping @Sendable (String) -> Void
    ) {
        self.setup = setup
        self.model = model
        self.onEnd = onEnd
        output = WorkerOutput(onLine: onLine)
    }

    /// Why it answers nothing now; nil while all is well. Any thread.
    var unavailability: String? { trouble.withLock { $0 } }

    /// What it said of itself, once it ran.
    var greeting: WorkerHello? { hello.withLock { $0 } }

    /// Takes on what the other workers of the version said of themselves.
    func expect(_ hello: WorkerHello) { self.hello.withLock { $0 = hello } }

    /// Starts it for the first time.
    func start() throws(ServingError) { try exclusively { state throws(ServingError) in try self.start(&state, isAbandoned: { false }) } }

    /// Lets whoever waits for it go on, and ends it for good. Any thread.
    func close() {
        isClosing.store(true, ordering: .releasing)
        channel.withLock { $0 }?.hangUp()
        state.withLock { state in
            guard let link = state.link else { return }
            state.link = nil
            _ = link.child.end(withinNanos: 200_000_000)
            _ = output.detach(link.child)
        }
    }

    private var closed: ServingError { ServingError(.unavailable, "the workers of model '\(model)' are being shut down") }

    private func exclusively<Value>(_ body: (inout State) throws(ServingError) -> Value) throws(ServingError) -> Value {
        let result: Result<Value, ServingError> = state.withLock { state in
            do throws(ServingError) { return .success(try body(&state)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    // Lives.

    private func start(_ state: inout State, isAbandoned: () -> Bool) throws(ServingError) {
        do throws(ServingError) {
            let link = try WorkerLink(
                setup, isAbandoned: { isAbandoned() || self.isClosing.load(ordering: .acquiring) },
                onChannel: { channel in self.channel.withLock { $0 = channel } }, output: output)
            let known = hello.withLock { hello in
                if hello == nil { hello = link.hello }
                return hello
            }
            guard known == link.hello else {
                _ = link.child.end()
                _ = output.detach(link.child)
                throw ServingError(.unavailable, "the worker came back with other inputs or outputs")
            }
            state.link = link
            state.stale = nil
            state.heardNanos = MonotonicClock.system.nowNanos
        } catch {
            if isClosing.load(ordering: .acquiring) { throw closed }
            if isAbandoned() { throw ServingError(.cancelled, "the request was cancelled") }
            state.life.ended(error.message, nowNanos: MonotonicClock.system.nowNanos)
            report(state.life)
            throw ServingError(error.code, "model '\(model)': \(error.message)")
        }
    }

    /// Ends the worker; the next run or the keeper starts it again. Returns what it is reported as.
    @discardableResult
    private func end(_ state: inout State, _ what: String, graceNanos: Int64 = 0) -> String {
        guard let link = state.link else { return what }
        state.link = nil
        state.stale = nil
        let ending = link.child.end(withinNanos: graceNanos)
        let said = output.detach(link.child)
        let reason = "the worker \(what.isEmpty ? ending : what)\(said.isEmpty ? "" : ": \(said)")"
        if !isClosing.load(ordering: .acquiring) {
            state.life.ended(reason, nowNanos: MonotonicClock.system.nowNanos)
            report(state.life)
        }
        return reason
    }

    private func report(_ life: WorkerLife) {
        if life.isDown {
            trouble.withLock { $0 = "\(life.reason); it ended \(life.failures) times in a row" }
        }
        onEnd(life.reason)
    }

    private func heard(_ state: inout State) {
        state.heardNanos = MonotonicClock.system.nowNanos
        if state.life.failures > 0 {
            state.life.answered()
            trouble.withLock { $0 = nil }
        }
    }

    /// Looks after the worker while nobody runs anything: starts it again, asks whether it is well. On the keeper's thread.
    func look() {
        guard !isClosing.load(ordering: .acquiring) else { return }
        state.withLockIfAvailable { state in self.look(&state) }
    }

    private func look(_ state: inout State) {
        let now = MonotonicClock.system.nowNanos
        guard let link = state.link else {
            // A worker that never ran is started by its first run.
            if state.life.failures > 0, now >= state.life.restartNanos { try? start(&state, isAbandoned: { false }) }
            return
        }
        if link.child.poll() != nil {
            end(&state, "")
            return
        }
        if state.stale != nil {
            settle(&state, link, untilNanos: now)
            return
        }
        guard now - state.heardNanos >= setup.spec.healthIntervalNanos else { return }
        state.call += 1
        guard link.channel.send(WorkerPacketWriter(.ping, call: state.call).bytes) else {
            end(&state, "", graceNanos: 100_000_000)
            return
        }
        switch link.channel.receive(untilNanos: now &+ setup.spec.healthIntervalNanos, isAbandoned: isClosed) {
        case .packet(let packet):
            if let reader = try? WorkerPacketReader(packet), reader.message == .pong, reader.call == state.call {
                heard(&state)
            } else {
                end(&state, "answered garbage when it was asked whether it is well")
            }
        case .timedOut: end(&state, "did not say that it is well")
        case .tooLong: end(&state, "answered garbage when it was asked whether it is well")
        case .ended: end(&state, "", graceNanos: 100_000_000)
        case .abandoned: break
        }
    }

    private func isClosed() -> Bool { isClosing.load(ordering: .acquiring) }

    /// Waits until the worker is done with a run that nobody waits for any more. True when it is, or is gone.
    @discardableResult
    private func settle(_ state: inout State, _ link: WorkerLink, untilNanos: Int64) -> Bool {
        while let stale = state.stale {
            switch link.channel.receive(untilNanos: min(untilNanos, stale.hangsAtNanos), isAbandoned: isClosed) {
            case .packet(let packet):
                guard let reader = try? WorkerPacketReader(packet), reader.call == stale.call else {
                    end(&state, "answered garbage")
                    return true
                }
                if reader.message == .room {
                    if !link.refuseRoom(call: stale.call) { end(&state, "", graceNanos: 100_000_000) }
                } else {
                    state.stale = nil
                    heard(&state)
                }
            case .ended:
                end(&state, "", graceNanos: 100_000_000)
            case .tooLong:
                end(&state, "answered garbage")
            case .timedOut:
                guard MonotonicClock.system.nowNanos >= stale.hangsAtNanos else { return false }
                end(&state, hangText)
            case .abandoned: return false
            }
        }
        return true
    }

    private var hangText: String { "did not answer within \(setup.spec.runTimeoutNanos / 1_000_000) ms" }

    // Runs.

    /// Asks the worker, once it is there and free.
    func run(
        _ signature: ModelSignature, inputs: [Tensor?], wanted: [Bool], outputs: inout [Tensor?], for callers: Callers
    ) throws(ServingError) {
        let deadline = callers.deadlineNanos
        while true {
            // The keeper may be about to start it: that is waited for no longer than anybody waits for the answer.
            let done: Result<[Tensor?], ServingError>? = state.withLockIfAvailable { state in
                do throws(ServingError) {
                    let link = try self.ready(&state, deadline, callers)
                    return .success(try self.exchange(&state, link, signature, inputs, wanted, callers))
                } catch {
                    return .failure(error)
                }
            }
            if let done {
                outputs = try done.get()
                return
            }
            if isClosed() { throw closed }
            if callers.areGone { throw ServingError(.cancelled, "the request was cancelled") }
            guard MonotonicClock.system.nowNanos < deadline else {
                throw ServingError(.deadlineExceeded, "the worker of model '\(model)' was not ready in time")
            }
            usleep(500)
        }
    }

    private func ready(_ state: inout State, _ deadline: Int64, _ callers: Callers) throws(ServingError) -> WorkerLink {
        let late = ServingError(.deadlineExceeded, "the worker of model '\(model)' was not ready in time")
        while true {
            if isClosed() { throw closed }
            if let link = state.link {
                guard state.stale != nil else { return link }
                if !settle(&state, link, untilNanos: deadline) { throw isClosed() ? closed : late }
                continue
            }
            let now = MonotonicClock.system.nowNanos
            if state.life.isDown {
                throw ServingError(
                    .unavailable, "model '\(model)': \(state.life.reason); it ended \(state.life.failures) times in a row",
                    retryAfterNanos: max(0, state.life.restartNanos - now))
            }
            if now < state.life.restartNanos {
                guard now < deadline else { throw late }
                if callers.areGone { throw ServingError(.cancelled, "the request was cancelled") }
                usleep(1000)
                continue
            }
            try start(&state, isAbandoned: { callers.areGone || MonotonicClock.system.nowNanos >= deadline })
        }
    }

    private func exchange(
        _ state: inout State, _ link: WorkerLink, _ signature: ModelSignature, _ inputs: [Tensor?], _ wanted: [Bool], _ callers: Callers
    ) throws(ServingError) -> [Tensor?] {
        let began = MonotonicClock.system.nowNanos
        state.call += 1
        let call = state.call
        let packet = try WorkerQuestion.write(
            call: call, signature, inputs, wanted, callers, to: link, nowNanos: began, limit: setup.spec.maxSharedBytes)
        guard let packet, link.channel.send(packet) else {
            throw ServingError(.unavailable, "model '\(model)': \(end(&state, "", graceNanos: 100_000_000))")
        }
        let (hangsAt, overflow) = began.addingReportingOverflow(setup.spec.runTimeoutNanos)
        let hangsAtNanos = overflow ? Int64.max : hangsAt
        while true {
            switch link.channel.receive(
                untilNanos: min(callers.deadlineNanos, hangsAtNanos), isAbandoned: { callers.areGone || self.isClosed() })
            {
            case .packet(let packet):
                let answer: Result<[Tensor?], ServingError>?
                do throws(WorkerGarbage) {
                    answer = try absorb(packet, call, &state, link, signature, wanted)
                } catch {
                    let reason = end(&state, "answered garbage: \(error.reason)")
                    throw ServingError(.internal, "model '\(model)': \(reason)")
                }
                if let answer {
                    heard(&state)
                    return try answer.get()
                }
            case .tooLong:
                throw ServingError(.internal, "model '\(model)': \(end(&state, "answered garbage: a packet that is too long"))")
            case .ended:
                if isClosed() { throw closed }
                throw ServingError(.unavailable, "model '\(model)': \(end(&state, "", graceNanos: 200_000_000))")
            case .timedOut:
                if MonotonicClock.system.nowNanos >= hangsAtNanos {
                    throw ServingError(.deadlineExceeded, "model '\(model)': \(end(&state, hangText))")
                }
                state.stale = (call, hangsAtNanos)
                throw ServingError(.deadlineExceeded, "the worker of model '\(model)' did not answer before the deadline")
            case .abandoned:
                if isClosed() { throw closed }
                state.stale = (call, hangsAtNanos)
                throw ServingError(.cancelled, "the request was cancelled")
            }
        }
    }

    /// Takes in what the worker sent while it runs; nil when the answer is still to come.
    private func absorb(
        _ packet: [UInt8], _ call: UInt64, _ state: inout State, _ link: WorkerLink, _ signature: ModelSignature, _ wanted: [Bool]
    ) throws(WorkerGarbage) -> Result<[Tensor?], ServingError>? {
        var reader = try WorkerPacketReader(packet)
        guard reader.call == call else { throw WorkerGarbage(reason: "an answer to call \(reader.call), not to \(call)") }
        switch reader.message {
        case .answer:
            while state.memory.count < signature.outputs.count { state.memory.append(OutputMemory()) }
            return .success(try WorkerAnswer.read(&reader, signature, wanted, from: link.answers, &state.memory))
        case .failed:
            let code = ServingError.Code(worker: try reader.number(UInt16.self))
            return .failure(ServingError(code, "model '\(model)': \(try reader.text())"))
        case .room:
            let wish = try reader.number(UInt64.self)
            let isGiven: Bool
            if wish <= UInt64(setup.spec.maxSharedBytes), wish > UInt64(link.answers.byteCount) {
                let given: Result<Bool, ServingError> = Result { () throws(ServingError) in try link.makeRoom(answers: Int(wish)) }
                isGiven = (try? given.get()) ?? link.refuseRoom(call: call)
            } else {
                isGiven = link.refuseRoom(call: call)
            }
            // Whether it is there still is heard at the next wait.
            _ = isGiven
            return nil
        default: throw WorkerGarbage(reason: "a message of kind \(reader.message.rawValue) instead of an answer")
        }
    }
}

extension ServingError.Code {
    /// By the numbers that gRPC and the worker protocol have for them.
    init(worker number: UInt16) {
        self =
            switch number {
            case 1: .cancelled
            case 3: .invalidArgument
            case 4: .deadlineExceeded
            case 5: .notFound
            case 6: .alreadyExists
            case 8: .resourceExhausted
            case 9: .failedPrecondition
            case 12: .unimplemented
            case 14: .unavailable
            default: .internal
            }
    }
}
