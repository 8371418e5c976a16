internal import Synchronization

extension Repository {
    /// Waits for the members of an ensemble that are being loaded, loads those that nobody has tried to load yet, then loads the model itself. In a job of the model's own.
    ///
    /// - Parameter path: ensembles that wait for this one; a member among them is not waited for.
    func loadAfterMembers(
        _ order: LoadOrder, listings: [String: ModelListing], path: [String], completion: @escaping @Sendable (ServingError?) -> Void
    ) {
        let load: @Sendable () -> Void = { [self] in
            completion(self.load(order.model, listing: order.listing, override: order.override, files: order.files))
        }
        guard let spec = order.override ?? (try? readSpec(order.listing)), let ensemble = spec.ensemble else { return load() }
        let names = Set(ensemble.members.map(\.model))
        note(order, isEnsemble: true, members: Array(names))
        let path = path + [order.model]
        let missing = names.filter { !path.contains($0) && !isLive($0) }.sorted()
        guard !missing.isEmpty else { return load() }
        let left = Countdown(missing.count) { [self] in enqueue(model: order.model, load) }
        for member in missing {
            // Behind whatever is under way for the member: it may be loading already.
            enqueue(model: member) { [self] in
                guard needsLoading(member), let listing = listings[member] else { return left.one() }
                loadAfterMembers(LoadOrder(listing: listing), listings: listings, path: path) { _ in left.one() }
            }
        }
    }

    /// Whether requests find the model. Its record knows of a version a moment before they do.
    private func isLive(_ model: String) -> Bool { router.current.routes[Name(model)]?.versions.isEmpty == false }

    /// Whether nothing of the model is live, and nobody has tried.
    private func needsLoading(_ model: String) -> Bool {
        state.withLock { state in
            guard let record = state.models[model] else { return true }
            return record.live.isEmpty && record.applied == nil
        }
    }

    /// Whether a configuration among the files says that the model is an ensemble.
    func declaresEnsemble(_ listing: ModelListing) -> Bool { (try? readSpec(listing))?.ensemble != nil }

    /// Remembers how an ensemble is loaded and what it is made of.
    func note(_ order: LoadOrder, isEnsemble: Bool, members: [String]) {
        state.withLock { state in
            // What still serves is made of what it was made of.
            let live = state.models[order.model]?.live.values.flatMap { $0.origin.members.map(\.member.model) } ?? []
            if !isEnsemble, live.isEmpty, state.models[order.model]?.order == nil { return }
            state.models[order.model, default: ModelRecord()].order = order
            state.models[order.model]?.members = Set(members).union(live)
        }
    }

    /// - Throws: for an ensemble that has itself among its members, or theirs.
    func checkForCycle(_ model: String) throws(ServingError) {
        let members = state.withLock { $0.models.mapValues(\.members) }
        var path = [model]
        var seen: Set<String> = []
        func search(_ current: String) -> Bool {
            for member in (members[current] ?? []).sorted() {
                if member == model {
                    path.append(member)
                    return true
                }
                guard seen.insert(member).inserted else { continue }
                path.append(member)
                if search(member) { return true }
                path.removeLast()
            }
            return false
        }
        if search(model) {
            throw ServingError(.invalidArgument, "ensemble '\(model)' is a member of itself: \(path.joined(separator: " → "))")
        }
    }

    /// What an ensemble would be made of now; nothing for one whose members are not all there.
    func memberFacts(_ model: String, _ spec: ModelSpec) -> [MemberFacts] {
        guard let ensemble = spec.ensemble else { return [] }
        return (try? EnsembleMembers.facts(of: ensemble, ensemble: model, in: router.current)) ?? []
    }

    /// Whether a live version can go on: an ensemble needs its members as they were when it was made.
    func hasItsMembers(_ live: ModelRecord.Live) -> Bool {
        guard let ensemble = live.origin.spec.ensemble else { return true }
        guard let facts = try? EnsembleMembers.facts(of: ensemble, ensemble: live.version.model, in: router.current) else { return false }
        return facts == live.origin.members
    }

    /// Loads ensembles anew that are made of `model`, whose versions have changed: those that waited for it begin to serve, those that
    /// cannot do without it end.
    func reloadDependents(of model: String) {
        let dependents = state.withLock { state in
            state.models.filter { $0.value.isWanted && $0.value.members.contains(model) }.map(\.key).sorted()
        }
        for dependent in dependents {
            enqueue(model: dependent) { [self] in
                let order = state.withLock { state -> LoadOrder? in
                    guard let record = state.models[dependent], record.isWanted else { return nil }
                    return record.order
                }
                guard let order else { return }
                _ = load(dependent, listing: order.listing, override: order.override, files: order.files)
            }
        }
    }
}
