internal import Synchronization

/// A take-over that is under way.
struct CanaryRun {
    var machine: CanaryStateMachine
    var candidate: Int64
    var stable: Int64
    /// The old version is live for the take-over only, not because the version policy wants it.
    var retiresStable: Bool
}

extension Repository {
    /// Makes what the record says what requests find. In a job of the model's own, so that the latest record wins.
    func publishRoute(_ name: String) {
        let route: RouteTable.Route? = state.withLock { state in
            guard var record = state.models[name] else { return nil }
            let route = Self.makeRoute(&record)
            state.models[name] = record
            return route
        }
        var before: RouteTable.Route?
        router.update { routes, _ in
            before = routes[Name(name)]
            routes[Name(name)] = route
        }
        if !Self.reachesTheSame(before, route) { reloadDependents(of: name) }
    }

    /// Whether whatever names the model reaches the same versions by both.
    private static func reachesTheSame(_ left: RouteTable.Route?, _ right: RouteTable.Route?) -> Bool {
        let versions = { (route: RouteTable.Route?) in (route?.versions ?? []).map(ObjectIdentifier.init) }
        return versions(left) == versions(right) && (left?.labels ?? [:]) == (right?.labels ?? [:])
            && left?.preferred === right?.preferred
            && left?.split?.parts.map(\.version.number) == right?.split?.parts.map(\.version.number)
    }

    private static func makeRoute(_ record: inout ModelRecord) -> RouteTable.Route {
        let versions = record.live.values.map(\.version).sorted { $0.number < $1.number }
        let routing = record.routing
        var shadow: Shadow?
        if let spec = routing.shadow, let version = record.live[spec.version]?.version {
            // Counts go on while nothing about it changed.
            if let known = record.shadow, known.spec == spec, known.shows(version) { shadow = known } else { shadow = Shadow(spec, version: version) }
        }
        record.shadow = shadow
        return RouteTable.Route(
            versions: versions, preferred: versions.last { $0.number != routing.shadow?.version } ?? versions.last,
            split: makeSplit(record, routing), shadow: shadow, labels: record.spec?.labels ?? [:], reason: record.failure)
    }

    private static func makeSplit(_ record: ModelRecord, _ routing: RoutingSpec) -> Split? {
        var shares: [(version: ModelVersion, share: Double)] = []
        if let canary = record.canary, let candidate = record.live[canary.candidate], let stable = record.live[canary.stable] {
            shares = [(candidate.version, canary.machine.share), (stable.version, 1 - canary.machine.share)]
        } else {
            for (number, weight) in routing.weights.sorted(by: { $0.key < $1.key }) where weight > 0 {
                if let live = record.live[number] { shares.append((live.version, weight)) }
            }
        }
        guard shares.contains(where: { $0.share > 0 }) else { return nil }
        return Split(shares, isSticky: routing.isSticky, stickyParameter: routing.stickyParameter, stickyInput: routing.stickyInput)
    }

    /// Starts a take-over when the configuration wants one: the old version stays beside the new one.
    func startCanary(
        _ name: String, spec: ModelSpec, before: [Int64: ModelRecord.Live], next: inout [Int64: ModelRecord.Live]
    ) {
        let (override, running) = state.withLock { ($0.models[name]?.routingOverride, $0.models[name]?.canary) }
        state.withLock { $0.models[name]?.canary = nil }
        guard let canary = (override ?? spec.routing).canary, let candidate = next.keys.filter({ before[$0] == nil }).max() else { return }
        // While one take-over runs its old version is still the one to go back to.
        let known = running.flatMap { before[$0.stable] == nil ? nil : $0.stable } ?? before.keys.max()
        guard let stable = known, let live = before[stable] else { return }
        let retires = next[stable] == nil
        next[stable] = live
        state.withLock {
            $0.models[name]?.canary = CanaryRun(
                machine: CanaryStateMachine(
                    spec: canary, candidate: CanaryStateMachine.Record(), stable: CanaryStateMachine.Record(live.version.statistics),
                    nowNanos: configuration.clock.nowNanos),
                candidate: candidate, stable: stable, retiresStable: retires)
        }
    }

    /// Looks at every take-over. From the housekeeper; what follows is done in jobs of the models' own.
    func lookAtCanaries() {
        let actions: [(String, CanaryStateMachine.Action)] = state.withLock { state in
            var actions: [(String, CanaryStateMachine.Action)] = []
            for (name, record) in state.models {
                guard var canary = record.canary, let candidate = record.live[canary.candidate], let stable = record.live[canary.stable] else {
                    continue
                }
                let action = canary.machine.look(
                    candidate: CanaryStateMachine.Record(candidate.version.statistics),
                    stable: CanaryStateMachine.Record(stable.version.statistics), nowNanos: configuration.clock.nowNanos)
                state.models[name]?.canary = canary
                if action != .stay { actions.append((name, action)) }
            }
            return actions
        }
        for (name, action) in actions { enqueue(model: name) { [self] in follow(action, of: name) } }
    }

    private func follow(_ action: CanaryStateMachine.Action, of name: String) {
        guard let canary = state.withLock({ $0.models[name]?.canary }) else { return }
        let candidate = VersionIdentity(model: name, number: canary.candidate)
        var leaving: ModelVersion?
        switch action {
        case .stay: return
        case .step(let share):
            configuration.onEvent(.canaryStep(candidate, share: share))
        case .promote:
            state.withLock { state in
                state.models[name]?.canary = nil
                guard canary.retiresStable else { return }
                leaving = state.models[name]?.live.removeValue(forKey: canary.stable)?.version
            }
            configuration.onEvent(.promoted(candidate))
        case .rollBack(let reason):
            state.withLock { state in
                state.models[name]?.canary = nil
                state.models[name]?.rollback = "version \(canary.candidate) was rolled back: \(reason)"
                leaving = state.models[name]?.live.removeValue(forKey: canary.candidate)?.version
            }
            configuration.onEvent(.rolledBack(candidate, reason: reason))
        }
        publishRoute(name)
        guard let leaving else { return }
        state.withLock { state in
            let isCandidate = leaving.number == canary.candidate
            let reason = isCandidate ? state.models[name]?.rollback ?? "" : ""
            state.models[name]?.states[leaving.number] = ModelRecord.Condition(
                state: isCandidate ? .unavailable : .unloading, reason: reason)
        }
        retire(leaving, completion: nil)
    }

    /// Changes how a model's requests are shared, until it is configured anew. The completion is called on a loading thread.
    func setRouting(_ model: String, _ routing: RoutingSpec?, completion: @escaping @Sendable (ServingError?) -> Void) {
        enqueue(model: model) { [self] in
            let error: ServingError? = state.withLock { state in
                guard let record = state.models[model], !record.live.isEmpty else {
                    return ServingError(.notFound, "Request for unknown model: '\(model)' is not found")
                }
                for number in (routing?.weights ?? [:]).keys where record.live[number] == nil {
                    return ServingError(.notFound, "model '\(model)' has no live version \(number) to send requests to")
                }
                if let shadow = routing?.shadow, record.live[shadow.version] == nil {
                    return ServingError(.notFound, "model '\(model)' has no live version \(shadow.version) to be a shadow")
                }
                state.models[model]?.routingOverride = routing
                return nil
            }
            if error == nil { publishRoute(model) }
            completion(error)
        }
    }

    func routingStatus(of model: String) -> RoutingStatus? {
        let (record, route) = (state.withLock { $0.models[model] }, router.current.routes[Name(model)])
        guard let record, let route else { return nil }
        var status = RoutingStatus()
        if let split = route.split {
            var start = 0.0
            for (version, end) in split.parts {
                status.shares[version.number, default: 0] += end - start
                start = end
            }
        } else if let preferred = route.preferred {
            status.shares[preferred.number] = 1
        }
        if let canary = record.canary {
            status.canary = RoutingStatus.Canary(
                candidate: canary.candidate, stable: canary.stable, step: canary.machine.stepIndex + 1, steps: canary.machine.spec.steps.count)
        }
        if let shadow = route.shadow {
            let counts = shadow.current
            status.shadow = RoutingStatus.Shadow(
                version: shadow.spec.version, equal: counts.equal, different: counts.different, failed: counts.failed, skipped: counts.skipped,
                lastDifference: counts.lastDifference)
        }
        status.rollback = record.rollback
        return status
    }
}

extension CanaryStateMachine.Record {
    init(_ statistics: VersionStatistics) {
        let (success, fail) = (statistics.success.value, statistics.fail.value)
        self.init(successes: success.count, failures: fail.count, successNanos: success.nanos)
    }
}
