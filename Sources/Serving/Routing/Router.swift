internal import Synchronization

/// The current route table, and the number by which others notice that it changed.
final class Router: Sendable {
    private let table: Mutex<RouteTable>
    /// Of the current table. Readers compare it with that of the table they hold, and lock only when it differs.
    let generation = Atomic<Int>(0)

    init() {
        table = Mutex(RouteTable(generation: 0, routes: [:], isDraining: false))
    }

    var current: RouteTable { table.withLock { $0 } }

    /// Replaces the table by what `change` makes of its routes.
    func update(_ change: (inout [Name: RouteTable.Route], inout Bool) -> Void) {
        let old: RouteTable = table.withLock { current in
            var routes = current.routes
            var isDraining = current.isDraining
            change(&routes, &isDraining)
            let old = current
            current = RouteTable(generation: old.generation + 1, routes: routes, isDraining: isDraining)
            generation.store(current.generation, ordering: .releasing)
            return old
        }
        // Freed here, outside the lock, when nobody else holds it.
        _ = consume old
    }

    /// Routes the request and lets it into its version, or says why not.
    func enter(
        _ request: InferenceRequest, _ table: inout RouteTable
    ) throws(ServingError) -> (version: ModelVersion, shadow: Shadow?) {
        try enter(request.model, request.version, for: request, &table)
    }

    /// Lets a step of `request` into a version of `model`, or says why not.
    func enter(
        _ model: Name, _ selector: VersionSelector, for request: InferenceRequest, _ table: inout RouteTable
    ) throws(ServingError) -> (version: ModelVersion, shadow: Shadow?) {
        while true {
            if table.generation != generation.load(ordering: .acquiring) { table = current }
            let found = try table.find(model, selector, for: request)
            if found.version.gate.enter() { return found }
            // Closed between our look at the table and now: a newer table says who answers instead.
            let newer = current
            guard newer.generation != table.generation else {
                throw ServingError(
                    .unavailable, "model '\(found.version.model)' version \(found.version.number) is being unloaded")
            }
            table = newer
        }
    }
}
