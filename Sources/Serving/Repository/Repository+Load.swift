internal import Synchronization
internal import Text

extension Repository {
    func load(
        _ model: String, override: ModelSpec?, files: [Int64: [String: [UInt8]]], completion: @escaping @Sendable (ServingError?) -> Void
    ) {
        enqueue(model: model) { [self] in
            let listings = list()
            let listing = listings[model] ?? ModelListing(name: model, folder: nil)
            loadAfterMembers(LoadOrder(listing: listing, override: override, files: files), listings: listings, path: [], completion: completion)
        }
    }

    /// Brings the model to what `listing` says. Old versions serve until the new ones do. On a loading thread, one at a time for each model.
    ///
    /// - Returns: why no wanted version could be brought up; nil when at least one serves.
    func load(
        _ name: String, listing given: ModelListing, override: ModelSpec?, files: [Int64: [String: [UInt8]]]
    ) -> ServingError? {
        var listing = given
        if !files.isEmpty {
            // Files that are handed over are all there is: the folder's versions are not served beside them.
            listing.versions = files.filter { !$0.value.isEmpty }.map { VersionListing(number: $0.key, folder: nil, files: []) }
        }
        listing.versions.sort { $0.number < $1.number }
        let handedOver = state.withLock { state in
            if !files.isEmpty { state.handedOver += 1 }
            state.models[name, default: ModelRecord()].applied = given
            state.models[name]?.isWanted = true
            if given.folder != nil { state.models[name]?.seen = given }
            return files.isEmpty ? 0 : state.handedOver
        }
        let spec: ModelSpec
        note(LoadOrder(listing: given, override: override, files: files), isEnsemble: false, members: [])
        do throws(ServingError) {
            if listing.versions.isEmpty && listing.configurations.isEmpty {
                throw ServingError(.notFound, "failed to load '\(name)', no such model in the repository")
            }
            if let override { spec = override } else { spec = try readSpec(listing) }
            if let ensemble = spec.ensemble {
                note(LoadOrder(listing: given, override: override, files: files), isEnsemble: true, members: ensemble.members.map(\.model))
                try checkForCycle(name)
            }
        } catch {
            return giveUp(name, error)
        }
        let desired = spec.versionPolicy.choose(from: listing.versions.map(\.number))
        if desired.isEmpty {
            return giveUp(
                name,
                ServingError(
                    .notFound,
                    listing.versions.isEmpty
                        ? "failed to load '\(name)', it has no version folder"
                        : "failed to load '\(name)', its version policy takes none of its versions"))
        }
        return bringUp(name, spec: spec, listing: listing, desired: desired, files: files, handedOver: handedOver)
    }

    private func bringUp(
        _ name: String, spec: ModelSpec, listing: ModelListing, desired: [Int64], files: [Int64: [String: [UInt8]]], handedOver: Int
    ) -> ServingError? {
        let before = state.withLock { $0.models[name]?.live ?? [:] }
        var next: [Int64: ModelRecord.Live] = [:]
        var failures: [Int64: ServingError] = [:]
        for number in desired {
            guard let versionListing = listing.versions.first(where: { $0.number == number }) else { continue }
            let origin = ModelRecord.Origin(
                listing: versionListing, spec: spec, handedOver: files[number] == nil ? 0 : handedOver, members: memberFacts(name, spec))
            if let live = before[number], live.origin == origin {
                next[number] = live
                continue
            }
            let identity = VersionIdentity(model: name, number: number)
            setCondition(identity, before[number] == nil ? .loading : .ready, before[number] == nil ? "" : "a newer one is being loaded")
            configuration.onEvent(.loading(identity))
            let start = configuration.clock.nowNanos
            do {
                let version = try loader.load(
                    identity, listing: versionListing, contents: files[number] ?? [:], spec: spec, limiter: limiter(name, spec),
                    onDrained: { [self] version in retired(version) })
                next[number] = ModelRecord.Live(version: version, origin: origin)
                state.withLock { $0.loadCounts.ready += 1 }
                configuration.onEvent(.ready(identity, afterNanos: configuration.clock.nowNanos - start))
            } catch {
                failures[number] = error
                state.withLock { $0.loadCounts.failed += 1 }
                configuration.onEvent(.loadFailed(identity, error))
            }
        }
        let somethingServes = !next.isEmpty
        // What failed is stood in for by what served before: its own older self, or, when nothing came up, all that served.
        for (number, live) in before where next[number] == nil && hasItsMembers(live) {
            if failures[number] != nil || !somethingServes { next[number] = live }
        }
        if somethingServes { startCanary(name, spec: spec, before: before, next: &next) }
        publish(name, spec: spec, next: next, failures: failures)
        for (number, live) in before where next[number]?.version !== live.version { retire(live.version, completion: nil) }
        if somethingServes { return nil }
        return failures[desired.last ?? 0] ?? failures.values.first
    }

    /// Makes `next` what requests find.
    private func publish(_ name: String, spec: ModelSpec, next: [Int64: ModelRecord.Live], failures: [Int64: ServingError]) {
        state.withLock { state in
            var record = state.models[name, default: ModelRecord()]
            if !next.isEmpty, failures.isEmpty || record.spec == nil || next.values.contains(where: { $0.origin.spec == spec }) {
                // A new configuration takes over from what was set at run time.
                if record.spec != spec { record.routingOverride = nil }
                record.spec = spec
            }
            record.live = next
            record.reason = ""
            record.failure = failures.values.first?.message ?? ""
            record.states = record.states.filter { $0.value.state == .unloading }
            for number in next.keys {
                record.states[number] = ModelRecord.Condition(
                    state: .ready, reason: failures[number].map { "the newer files are not in use: \($0.message)" } ?? "")
            }
            for (number, error) in failures where next[number] == nil {
                record.states[number] = ModelRecord.Condition(state: .unavailable, reason: error.message)
            }
            state.models[name] = record
        }
        publishRoute(name)
    }

    /// Notes that the model cannot be loaded at all; what serves goes on.
    private func giveUp(_ name: String, _ error: ServingError) -> ServingError {
        configuration.onEvent(.modelFailed(model: name, error))
        let isServed = state.withLock { state in
            state.models[name, default: ModelRecord()].reason = error.message
            return !(state.models[name]?.live.isEmpty ?? true)
        }
        if !isServed {
            router.update { routes, _ in
                // A model that the repository does not have is unknown; one that it has and cannot serve is unavailable.
                routes[Name(name)] = error.code == .notFound ? nil : RouteTable.Route(reason: error.message)
            }
        }
        return error
    }

    func readSpec(_ listing: ModelListing) throws(ServingError) -> ModelSpec {
        var spec = try ownSpec(listing)
        configuration.amend(&spec)
        return spec
    }

    private func ownSpec(_ listing: ModelListing) throws(ServingError) -> ModelSpec {
        var found: ModelSpec?
        for file in listing.configurations {
            guard let reader = readers.first(where: { $0.fileName == file.name }) else { continue }
            guard found == nil else {
                throw ServingError(
                    .invalidArgument,
                    "model '\(listing.name)' has more than one configuration: \(listing.configurations.map(\.name).joined(separator: ", "))")
            }
            let path = "\(listing.folder ?? "")/\(file.name)"
            let bytes: [UInt8]
            do throws(BoundedFile.Failure) {
                bytes = try BoundedFile.contents(of: path, limit: configuration.limits.maxConfigurationBytes)
            } catch {
                throw ServingError(.unavailable, "cannot read '\(path)': \(error)")
            }
            found = try reader.read(bytes, path: path, model: listing.name)
        }
        guard var spec = found else { return ModelSpec(name: listing.name) }
        if spec.name.isEmpty { spec.name = listing.name }
        guard spec.name == listing.name else {
            throw ServingError(
                .invalidArgument, "the configuration in folder '\(listing.name)' is for a model named '\(spec.name)'; the two must agree")
        }
        return spec
    }

    /// The model's limiter, the one it had when it is still the same.
    private func limiter(_ name: String, _ spec: ModelSpec) -> RateLimiter? {
        state.withLock { state in
            guard let rate = spec.rateLimit else {
                state.models[name]?.limiter = nil
                return nil
            }
            if let limiter = state.models[name]?.limiter, limiter.spec == rate { return limiter }
            let limiter = RateLimiter(rate)
            state.models[name]?.limiter = limiter
            return limiter
        }
    }

    private func setCondition(_ identity: VersionIdentity, _ newState: VersionState, _ reason: String) {
        state.withLock {
            $0.models[identity.model, default: ModelRecord()].states[identity.number] = ModelRecord.Condition(
                state: newState, reason: reason)
        }
    }
}
