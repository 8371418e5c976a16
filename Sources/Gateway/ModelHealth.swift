internal import GRPC
internal import Serving
internal import Synchronization

/// Tells the health service which models take traffic: each under its own name, the server as a whole under the empty one.
final class ModelHealth: Sendable {
    let service = HealthService()
    private let live = Mutex<[String: Set<Int64>]>([:])

    func note(_ event: ServingEvent) {
        switch event {
        case .ready(let identity, _): change(identity) { $0.insert(identity.number) }
        case .unloading(let identity), .unloaded(let identity): change(identity) { $0.remove(identity.number) }
        case .loadFailed(let identity, _): change(identity) { _ in }
        default: break
        }
    }

    private func change(_ identity: VersionIdentity, _ body: (inout Set<Int64>) -> Void) {
        let isServed = live.withLock { live in
            body(&live[identity.model, default: []])
            return live[identity.model]?.isEmpty == false
        }
        service.set(identity.model, isServed ? .serving : .notServing)
    }

    /// The start-up set has been dealt with.
    func started(services: [String]) {
        for name in services + [""] { service.set(name, .serving) }
    }
}
