internal import Synchronization
internal import Tensors

/// Keeps the requests of each sequence in order and hands the model what it must know of them: control inputs, and the state that the
/// request before left behind. Requests of different sequences share runs as any others do.
///
/// One request of a sequence is under way at a time; the others wait for it. A sequence begins with a request that says so, ends with one
/// that says so, and is forgotten when it is quiet for too long.
final class SequenceExecutor: RequestExecutor {
    private struct State: ~Copyable {
        var sequences: [SequencePosition.Identifier: RequestSequence] = [:]
        var waiting = 0
    }

    let identity: VersionIdentity
    let spec: SequenceSpec
    let inputs: SequenceInputs
    let binding: Binding
    let inner: any RequestExecutor
    let statistics: VersionStatistics
    let clock: MonotonicClock
    private let state = Mutex(State())

    /// - Parameters:
    ///   - binding: to the whole signature, with the inputs and outputs that callers do not see.
    ///   - inner: what runs the completed requests.
    init(
        identity: VersionIdentity, spec: SequenceSpec, inputs: SequenceInputs, binding: Binding, inner: any RequestExecutor,
        statistics: VersionStatistics, clock: MonotonicClock
    ) {
        self.identity = identity
        self.spec = spec
        self.inputs = inputs
        self.binding = binding
        self.inner = inner
        self.statistics = statistics
        self.clock = clock
    }

    /// Sequences under way.
    var sequenceCount: Int { state.withLock { $0.sequences.count } }

    func submit(_ request: InferenceRequest) {
        guard let position = request.sequence, !position.identifier.isEmpty else {
            return reject(
                request,
                ServingError(
                    .invalidArgument, "inference request to model '\(identity.model)' must specify a non-zero or non-empty correlation ID"))
        }
        guard request.bound.rows == 1 else {
            return reject(
                request,
                ServingError(
                    .invalidArgument,
                    "inference request to model '\(identity.model)' must specify batch-size 1 due to requirements of sequence batcher, got \(request.bound.rows)"
                ))
        }
        enum Entry {
            case begin(RequestSequence)
            case wait
            case refuse(ServingError)
        }
        let entry: Entry = state.withLock { state in
            let sequence: RequestSequence
            if let known = state.sequences[position.identifier] {
                sequence = known
            } else if !position.isStart {
                return .refuse(notStarted(position))
            } else if state.sequences.count >= spec.maxSequences {
                return .refuse(
                    ServingError(
                        .resourceExhausted, "model '\(identity.model)' has \(spec.maxSequences) sequences under way, as many as it may",
                        retryAfterNanos: spec.maxIdleNanos))
            } else {
                sequence = RequestSequence(self, position.identifier)
                state.sequences[position.identifier] = sequence
            }
            if sequence.isBusy {
                sequence.pending.append(request)
                state.waiting += 1
                return .wait
            }
            if sequence.isEnded, !position.isStart { return .refuse(notStarted(position)) }
            sequence.isBusy = true
            return .begin(sequence)
        }
        switch entry {
        case .begin(let sequence): sequence.begin(request)
        case .wait: break
        case .refuse(let error): reject(request, error)
        }
    }

    /// The next of a sequence's requests, after one is done; answers those that cannot follow.
    func advance(_ sequence: RequestSequence, hasEnded: Bool) {
        while true {
            enum Next {
                case begin(InferenceRequest)
                case refuse(InferenceRequest)
                case nothing
            }
            let now = clock.nowNanos
            let next: Next = state.withLock { state in
                if hasEnded { sequence.isEnded = true }
                sequence.lastActiveNanos = now
                guard !sequence.pending.isEmpty else {
                    sequence.isBusy = false
                    if sequence.isEnded { state.sequences[sequence.identifier] = nil }
                    return .nothing
                }
                state.waiting -= 1
                let request = sequence.pending.removeFirst()
                if sequence.isEnded, request.sequence?.isStart != true { return .refuse(request) }
                return .begin(request)
            }
            switch next {
            case .begin(let request): return sequence.begin(request)
            case .refuse(let request):
                if let position = request.sequence { reject(request, notStarted(position)) }
            case .nothing: return
            }
        }
    }

    func reject(_ request: InferenceRequest, _ error: ServingError) {
        statistics.fail.add(0)
        request.fail(error, nowNanos: clock.nowNanos)
    }

    private func notStarted(_ position: SequencePosition) -> ServingError {
        ServingError(
            .invalidArgument,
            "inference request for sequence \(position.identifier) to model '\(identity.model)' must specify the START flag on the first request of the sequence"
        )
    }

    var depth: (queued: Int, inFlight: Int) {
        let waiting = state.withLock { $0.waiting }
        let depth = inner.depth
        return (depth.queued + waiting, depth.inFlight + waiting)
    }

    func sweep() {
        let now = clock.nowNanos
        let late: [InferenceRequest] = state.withLock { state in
            var late: [InferenceRequest] = []
            for (identifier, sequence) in state.sequences {
                if !sequence.isBusy, now - sequence.lastActiveNanos > spec.maxIdleNanos { state.sequences[identifier] = nil }
                let over = sequence.pending.filter { $0.deadlineNanos <= now || $0.isCancelled }
                guard !over.isEmpty else { continue }
                sequence.pending.removeAll { request in over.contains { $0 === request } }
                state.waiting -= over.count
                late += over
            }
            return late
        }
        for request in late {
            reject(
                request,
                request.isCancelled
                    ? ServingError(.cancelled, "the request was cancelled")
                    : ServingError(.deadlineExceeded, "the deadline passed while an earlier request of the sequence was under way"))
        }
        inner.sweep()
    }

    func abandon() {
        let waiting: [InferenceRequest] = state.withLock { state in
            var waiting: [InferenceRequest] = []
            for sequence in state.sequences.values {
                waiting += sequence.pending
                sequence.pending = []
            }
            state.waiting = 0
            return waiting
        }
        for request in waiting { reject(request, ServingError(.unavailable, "the server is shutting down")) }
        inner.abandon()
    }

    var unavailability: String? { inner.unavailability }

    func release() {
        state.withLock { $0.sequences = [:] }
        inner.release()
    }
}

extension SequencePosition.Identifier {
    /// The identifier that means none.
    var isEmpty: Bool {
        switch self {
        case .number(let number): number == 0
        case .text(let text): text.isEmpty
        }
    }
}

extension SequencePosition.Identifier: CustomStringConvertible {
    public var description: String {
        switch self {
        case .number(let number): String(number)
        case .text(let text): text
        }
    }
}
