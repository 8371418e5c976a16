internal import Monitoring
internal import Synchronization
internal import Tensors

/// Answers of one version by everything that was asked: the whole question is compared, not its hash alone.
///
/// Questions that are being answered are asked once: later ones of the same kind wait for the answer. What was used longest ago goes first
/// when there is no more room.
final class ResponseCache: Sendable {
    /// An answer, and its place among the others by last use. Touched under the cache's lock only: that is what `@unchecked Sendable` rests on.
    private final class Node: @unchecked Sendable {
        let key: [UInt8]
        let outputs: [OutputTensor]
        let byteCount: Int
        unowned(unsafe) var newer: Node?
        var older: Node?

        init(key: [UInt8], outputs: [OutputTensor], byteCount: Int) {
            self.key = key
            self.outputs = outputs
            self.byteCount = byteCount
        }
    }

    private struct State: ~Copyable {
        var nodes: [[UInt8]: Node] = [:]
        /// Questions that are being answered, and who waits for that.
        var flights: [[UInt8]: [InferenceRequest]] = [:]
        var newest: Node?
        unowned(unsafe) var oldest: Node?
        var byteCount = 0

        mutating func unlink(_ node: Node) {
            if let newer = node.newer { newer.older = node.older } else { newest = node.older }
            if let older = node.older { older.newer = node.newer } else { oldest = node.newer }
            node.older = nil
            node.newer = nil
        }

        mutating func link(_ node: Node) {
            node.older = newest
            newest?.newer = node
            newest = node
            if oldest == nil { oldest = node }
        }
    }

    /// Requests that wait for the same answer. Beyond: a request runs for itself.
    static let maxFollowers = 4096

    let limitBytes: Int
    private let statistics: VersionStatistics
    private let clock: MonotonicClock
    private let executor: any RequestExecutor
    private let state = Mutex(State())

    init(limitBytes: Int, statistics: VersionStatistics, clock: MonotonicClock, executor: any RequestExecutor) {
        self.limitBytes = limitBytes
        self.statistics = statistics
        self.clock = clock
        self.executor = executor
    }

    /// Bytes held, questions and answers.
    var byteCount: Int { state.withLock { $0.byteCount } }
    var count: Int { state.withLock { $0.nodes.count } }

    private enum Found {
        case answer([OutputTensor])
        case flight
        case nothing
        case crowded
    }

    /// Answers a bound request from memory, lets it wait for one like it, or has it run.
    func submit(_ request: InferenceRequest) {
        let key = CacheKey.bytes(of: request)
        let found: Found = state.withLock { state in
            if let node = state.nodes[key] {
                state.unlink(node)
                state.link(node)
                return .answer(node.outputs)
            }
            guard let followers = state.flights[key] else {
                state.flights[key] = []
                return .nothing
            }
            if followers.count >= Self.maxFollowers { return .crowded }
            state.flights[key]?.append(request)
            return .flight
        }
        switch found {
        case .answer(let outputs): answer(request, outputs)
        case .flight: break
        case .crowded: executor.submit(request)
        case .nothing:
            statistics.cacheMiss.add(clock.nowNanos - request.timing.arrivedNanos)
            lead(request, key)
        }
    }

    private func lead(_ request: InferenceRequest, _ key: [UInt8]) {
        request.stages.append(Flight(self, key))
        executor.submit(request)
    }

    private func answer(_ request: InferenceRequest, _ outputs: [OutputTensor]) {
        let now = clock.nowNanos
        if request.isCancelled {
            statistics.cancelled.wrappingAdd(1, ordering: .relaxed)
            return request.fail(ServingError(.cancelled, "the request was cancelled"), nowNanos: now)
        }
        request.outputs = outputs
        request.error = nil
        request.timing.isCacheHit = true
        request.timing.startedNanos = now
        request.timing.gatheredNanos = now
        request.timing.computedNanos = now
        request.timing.finishedNanos = now
        statistics.cacheHit.add(request.timing.totalNanos)
        statistics.success.add(request.timing.totalNanos)
        statistics.requestTimes.record(request.timing.totalNanos)
        request.deliver()
    }

    /// The stage of the request that runs for all that ask the same.
    private final class Flight: AnswerStage {
        private let cache: ResponseCache
        private let key: [UInt8]

        init(_ cache: ResponseCache, _ key: [UInt8]) {
            self.cache = cache
            self.key = key
        }

        func answered(_ request: InferenceRequest) -> AnswerStep {
            if request.error == nil {
                let outputs = request.outputs.map(\.owned)
                let followers = cache.land(key, outputs)
                if followers.isEmpty { return .goOn }
                return .goOnThen { [cache] in for follower in followers { cache.answer(follower, outputs) } }
            }
            // The failure may have been the leader's own, such as its deadline: the next one tries for itself.
            guard let (next, late) = cache.relay(key) else { return .goOn }
            return .goOnThen { [cache, key] in
                for request in late {
                    request.fail(
                        ServingError(.deadlineExceeded, "the deadline passed while an equal request was being answered"),
                        nowNanos: cache.clock.nowNanos)
                }
                if let next { cache.lead(next, key) }
            }
        }
    }

    /// Stores the answer and hands out those who wait for it.
    private func land(_ key: [UInt8], _ outputs: [OutputTensor]) -> [InferenceRequest] {
        let byteCount = key.count + outputs.reduce(0) { $0 + $1.heldBytes }
        let node = Node(key: key, outputs: outputs, byteCount: byteCount)
        return state.withLock { state in
            let followers = state.flights.removeValue(forKey: key) ?? []
            // An answer that would drive out most others is not worth it.
            guard byteCount <= limitBytes / 4, state.nodes[key] == nil else { return followers }
            state.nodes[key] = node
            state.link(node)
            state.byteCount += byteCount
            while state.byteCount > limitBytes, let oldest = state.oldest {
                state.unlink(oldest)
                state.nodes[oldest.key] = nil
                state.byteCount -= oldest.byteCount
            }
            return followers
        }
    }

    /// The next one to run for a question whose leader failed, and those whose time is over; nil when nobody waits.
    private func relay(_ key: [UInt8]) -> (next: InferenceRequest?, late: [InferenceRequest])? {
        let now = clock.nowNanos
        return state.withLock { state in
            var waiting = state.flights[key] ?? []
            let late = waiting.filter { $0.deadlineNanos <= now }
            waiting.removeAll { $0.deadlineNanos <= now }
            let next = waiting.isEmpty ? nil : waiting.removeFirst()
            state.flights[key] = next == nil ? nil : waiting
            return next == nil && late.isEmpty ? nil : (next, late)
        }
    }
}

extension OutputTensor {
    /// Memory that holding on to the output costs.
    fileprivate var heldBytes: Int {
        dataType == .string ? strings.reduce(0) { $0 + $1.bytes.count + 32 } : storage.byteCount + 64
    }

    /// The same output in memory of its own size: a slice must not keep a whole batch alive.
    var owned: OutputTensor {
        if dataType == .string { return OutputTensor(name: name, tensor) }
        let copy = Tensor(dataType: dataType, shape: Shape(dims.array))
        if byteCount > 0 { copy.mutableBytes.copyMemory(from: storage.base + offset, byteCount: byteCount) }
        return OutputTensor(name: name, copy)
    }
}
