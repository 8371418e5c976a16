/// Which version answers what, at one moment. Never changed: a change makes a new table.
final class RouteTable: Sendable {
    /// The live versions of one model.
    struct Route: Sendable {
        /// Ascending by number; empty while none is live.
        let versions: [ModelVersion]
        let labels: [String: Int64]
        /// Why nothing is live, when nothing is.
        let reason: String

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
    func version(for request: InferenceRequest) throws(ServingError) -> ModelVersion {
        guard !isDraining else { throw ServingError(.unavailable, "the server is shutting down") }
        guard let route = routes[request.model] else {
            throw ServingError(.notFound, "Request for unknown model: '\(request.model)' is not found")
        }
        switch request.version {
        case .any:
            guard let version = route.versions.last else { throw Self.notReady(request, route) }
            return version
        case .number(let number):
            guard let version = route.version(number) else {
                if route.versions.isEmpty { throw Self.notReady(request, route) }
                throw ServingError(.notFound, "Request for unknown model: '\(request.model)' version \(number) is not found")
            }
            return version
        case .label(let label):
            guard let number = route.labels[label] else {
                throw ServingError(.notFound, "Request for unknown model: '\(request.model)' has no version labelled '\(label)'")
            }
            guard let version = route.version(number) else {
                throw ServingError(
                    .unavailable, "model '\(request.model)' version \(number), labelled '\(label)', is not ready")
            }
            return version
        }
    }

    private static func notReady(_ request: InferenceRequest, _ route: Route) -> ServingError {
        ServingError(
            .unavailable,
            "Request for unknown model: '\(request.model)' has no available versions"
                + (route.reason.isEmpty ? "" : ": \(route.reason)"))
    }
}
