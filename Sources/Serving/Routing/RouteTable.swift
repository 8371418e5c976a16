/// Which version answers what, at one moment. Never changed: a change makes a new table.
final class RouteTable: Sendable {
    /// The live versions of one model.
    struct Route: Sendable {
        /// Ascending by number; empty while none is live.
        let versions: [ModelVersion]
        /// Answers requests that name no version, when there is no split.
        let preferred: ModelVersion?
        let split: Split?
        let shadow: Shadow?
        let labels: [String: Int64]
        /// Why nothing is live, when nothing is.
        let reason: String

        init(
            versions: [ModelVersion], preferred: ModelVersion?, split: Split?, shadow: Shadow?, labels: [String: Int64], reason: String
        ) {
            self.versions = versions
            self.preferred = preferred
            self.split = split
            self.shadow = shadow
            self.labels = labels
            self.reason = reason
        }

        /// The route of a model that nothing serves.
        init(reason: String) {
            self.init(versions: [], preferred: nil, split: nil, shadow: nil, labels: [:], reason: reason)
        }

        func version(_ number: Int64) -> ModelVersion? { versions.last { $0.number == number } }
    }

    let generation: Int
    let routes: [Name: Route]
    let isDraining: Bool

    init(generation: Int, routes: [Name: Route], isDraining: Bool) {
        self.generation = generation
        self.routes = routes
        self.isDraining = isDraining
    }

    /// The version that answers `request`, which has not entered its gate yet.
    func version(for request: InferenceRequest) throws(ServingError) -> ModelVersion { try find(request).version }

    /// The version that answers `request`, and the shadow that watches, if one does.
    func find(_ request: InferenceRequest) throws(ServingError) -> (version: ModelVersion, shadow: Shadow?) {
        try find(request.model, request.version, for: request)
    }

    /// The version of `model` that answers on behalf of `request`, whose keys decide where a model's requests are shared.
    func find(
        _ model: Name, _ selector: VersionSelector, for request: InferenceRequest
    ) throws(ServingError) -> (version: ModelVersion, shadow: Shadow?) {
        guard !isDraining else { throw ServingError(.unavailable, "the server is shutting down") }
        guard let route = routes[model] else {
            throw ServingError(.notFound, "Request for unknown model: '\(model)' is not found")
        }
        switch selector {
        case .any:
            guard let version = route.split?.choose(request) ?? route.preferred else { throw Self.notReady(model, route) }
            return (version, route.shadow)
        case .number(let number):
            guard let version = route.version(number) else {
                if route.versions.isEmpty { throw Self.notReady(model, route) }
                throw ServingError(.notFound, "Request for unknown model: '\(model)' version \(number) is not found")
            }
            return (version, nil)
        case .label(let label):
            guard let number = route.labels[label] else {
                throw ServingError(.notFound, "Request for unknown model: '\(model)' has no version labelled '\(label)'")
            }
            guard let version = route.version(number) else {
                throw ServingError(
                    .unavailable, "model '\(model)' version \(number), labelled '\(label)', is not ready")
            }
            return (version, nil)
        }
    }

    private static func notReady(_ model: Name, _ route: Route) -> ServingError {
        ServingError(
            .unavailable,
            "Request for unknown model: '\(model)' has no available versions"
                + (route.reason.isEmpty ? "" : ": \(route.reason)"))
    }
}
