internal import GRPC
internal import Messages
internal import Monitoring
internal import Serving

/// `martlet.v1.Administration`: what other servers have no word for.
struct AdministrationService: Sendable {
    static let name = "martlet.v1.Administration"

    let core: ServingCore

    func register(on server: GRPCServer) {
        server.register(unary: "/\(Self.name)/Status") { [self] call in
            call.answer(StatusRequest.self) { request in status(request) }
        }
        server.register(unary: "/\(Self.name)/SetRouting", scope: .admin) { [core] call in
            call.answer(SetRoutingRequest.self, SetRoutingResponse()) { request, completion in
                do throws(ServingError) {
                    core.setRouting(request.model, try RoutingSpec(request), completion: completion)
                } catch { completion(error) }
            }
        }
    }

    private func status(_ request: StatusRequest) -> StatusResponse {
        let live = core.liveVersions
        var routings: [String: RoutingStatus] = [:]
        var versions: [VersionStatus] = []
        for entry in core.index() where request.model.isEmpty || entry.model == request.model {
            var status = VersionStatus()
            status.model = entry.model
            status.version = entry.version ?? 0
            status.state = entry.state.name
            status.reason = entry.reason
            if let version = live.first(where: { $0.model == entry.model && $0.number == entry.version }) {
                status.fill(from: version)
                let routing = routings[entry.model] ?? core.routingStatus(of: entry.model)
                routings[entry.model] = routing
                if let routing {
                    status.share = routing.shares[version.number] ?? 0
                    status.role = routing.role(of: version.number)
                }
            }
            versions.append(status)
        }
        return StatusResponse(versions: versions)
    }
}

extension VersionStatus {
    fileprivate mutating func fill(from version: ModelVersion) {
        let numbers = version.statistics.snapshot
        let depth = version.depth
        queued = UInt64(max(0, depth.queued))
        inFlight = UInt64(max(0, depth.inFlight))
        requests = numbers.success.count &+ numbers.fail.count
        failures = numbers.fail.count
        refused = numbers.refusals.values.reduce(0, &+)
        runs = numbers.executionCount
        rows = numbers.inferenceCount
        let latency = version.statistics.requestTimes.snapshot
        let queue = version.statistics.queueTimes.snapshot
        latencyP50 = UInt64(latency.quantile(0.5))
        latencyP99 = UInt64(latency.quantile(0.99))
        queueP50 = UInt64(queue.quantile(0.5))
        queueP99 = UInt64(queue.quantile(0.99))
    }
}

extension RoutingStatus {
    /// What a version is in a take-over or a comparison, in words; empty for an ordinary one.
    func role(of version: Int64) -> String {
        if let canary, canary.candidate == version { return "canary, step \(canary.step) of \(canary.steps)" }
        if let canary, canary.stable == version { return "stable" }
        if let shadow, shadow.version == version {
            return "shadow: \(shadow.equal) equal, \(shadow.different) different, \(shadow.failed) failed, \(shadow.skipped) skipped"
        }
        return ""
    }
}

extension RoutingSpec {
    /// Nil for a request that asks for what the configuration says.
    fileprivate init?(_ request: SetRoutingRequest) throws(ServingError) {
        if request.weights.isEmpty, request.shadow == nil { return nil }
        self.init(
            weights: request.weights, isSticky: !request.stickyParameter.isEmpty,
            stickyParameter: request.stickyParameter.isEmpty ? nil : request.stickyParameter)
        for (version, weight) in weights where !(weight >= 0 && weight.isFinite) {
            throw ServingError(.invalidArgument, "the weight of version \(version) is \(weight)")
        }
        if !weights.isEmpty, !weights.values.contains(where: { $0 > 0 }) {
            throw ServingError(.invalidArgument, "the weights give no version a share")
        }
        guard let shadow = request.shadow else { return }
        guard (0...1).contains(shadow.share), shadow.tolerance >= 0 else {
            throw ServingError(.invalidArgument, "the shadow's share must be from 0 to 1 and its tolerance at least 0")
        }
        self.shadow = ShadowSpec(
            version: shadow.version, share: shadow.share == 0 ? 1 : shadow.share, tolerance: shadow.tolerance == 0 ? 1e-4 : shadow.tolerance
        )
    }
}
