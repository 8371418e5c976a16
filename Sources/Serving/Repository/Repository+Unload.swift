internal import Synchronization

extension Repository {
    func unload(_ model: String, completion: @escaping @Sendable (ServingError?) -> Void) {
        enqueue(model: model) { [self] in
            let isKnown = state.withLock { state in
                guard let record = state.models[model] else { return false }
                return !record.live.isEmpty || !record.states.isEmpty || record.seen != nil
            }
            guard isKnown else {
                state.withLock { $0.models[model]?.states = [:] }
                return completion(ServingError(.notFound, "failed to unload '\(model)', no such model is loaded"))
            }
            takeOut(model, forget: false) { completion(nil) }
        }
    }

    /// Takes all versions out of service. `completion` follows the last answer and the freeing of the memory.
    func takeOut(_ model: String, forget: Bool, completion: (@Sendable () -> Void)?) {
        let live: [ModelVersion] = state.withLock { state in
            guard var record = state.models[model] else { return [] }
            let live = record.live.values.map(\.version)
            record.live = [:]
            record.applied = nil
            record.isWanted = false
            record.canary = nil
            record.shadow = nil
            record.routingOverride = nil
            record.spec = nil
            record.reason = forget ? "" : "unloaded"
            record.states = record.states.filter { $0.value.state == .unloading }
            for version in live { record.states[version.number] = ModelRecord.Condition(state: .unloading, reason: "") }
            state.models[model] = record
            return live
        }
        router.update { routes, _ in
            routes[Name(model)] = forget ? nil : RouteTable.Route(reason: "unloaded")
        }
        if !live.isEmpty { reloadDependents(of: model) }
        guard let completion else {
            for version in live { retire(version, completion: nil) }
            return
        }
        let left = Countdown(live.count, then: completion)
        for version in live { retire(version) { left.one() } }
    }

    /// Lets nobody into `version` any more and frees it after its last request.
    func retire(_ version: ModelVersion, completion: (@Sendable () -> Void)?) {
        state.withLock {
            $0.retiring[ObjectIdentifier(version)] = Retiring(version: version, completion: completion)
        }
        configuration.onEvent(.unloading(version.identity))
        version.close()
    }

    /// The last request has left a closed version: frees it, on a loading thread, for freeing much memory takes time that is nobody's to wait for.
    func retired(_ version: ModelVersion) {
        jobs.enqueue { [self] in
            version.executor.release()
            let completion = state.withLock { state in
                let completion = state.retiring.removeValue(forKey: ObjectIdentifier(version))?.completion
                if state.models[version.model]?.states[version.number]?.state == .unloading {
                    state.models[version.model]?.states[version.number] = nil
                }
                state.forgetIfGone(version.model)
                return completion
            }
            configuration.onEvent(.unloaded(version.identity))
            completion?()
        }
    }
}

/// Calls a closure once a number of things have happened.
final class Countdown: Sendable {
    private let left: Atomic<Int>
    private let body: @Sendable () -> Void

    init(_ count: Int, then body: @escaping @Sendable () -> Void) {
        left = Atomic(count)
        self.body = body
        if count == 0 { body() }
    }

    func one() {
        if left.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 { body() }
    }
}
