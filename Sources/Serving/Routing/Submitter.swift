/// Where one thread submits its requests. It keeps the route table at hand, so that finding a version takes no lock.
///
/// Make one for each event loop, and use it on that loop only.
public final class Submitter {
    private let core: ServingCore
    private var table: RouteTable
    private var held: [(version: ModelVersion, request: InferenceRequest)] = []
    private var burst: [InferenceRequest] = []

    /// Requests held back. Beyond: they are let go at once.
    public static let maxHeld = 256

    init(core: ServingCore) {
        self.core = core
        self.table = core.router.current
    }

    /// Takes in a request. Its sink is called exactly once, from any thread; for a tiny model or a bad request before this returns.
    /// Memory that the request points to must stay until then.
    public func submit(_ request: InferenceRequest) {
        core.submit(request, &table)
    }

    /// Takes in a request and holds it back until ``flush()``, so that requests that came in together run together where that is
    /// quicker. One that is refused is answered at once. Returns whether any are held: then `flush` must follow soon, such as at the end
    /// of the event loop's turn.
    public func hold(_ request: InferenceRequest) -> Bool {
        if let version = core.accept(request, &table) {
            held.append((version, request))
            if held.count >= Self.maxHeld { flush() }
        }
        return !held.isEmpty
    }

    /// Lets go of the held requests, those of one version together, in the order in which they came.
    public func flush() {
        while !held.isEmpty {
            // Sinks may hold requests again while these are answered: what is being let go lies apart.
            let version = held[0].version
            burst.removeAll(keepingCapacity: true)
            var kept = 0
            for index in held.indices {
                if held[index].version === version {
                    burst.append(held[index].request)
                } else {
                    held[kept] = held[index]
                    kept += 1
                }
            }
            held.removeLast(held.count - kept)
            var going: [InferenceRequest] = []
            swap(&going, &burst)
            version.submit(burst: going[...])
            going.removeAll(keepingCapacity: true)
            if burst.isEmpty { swap(&going, &burst) }
        }
    }
}

@available(*, unavailable)
extension Submitter: Sendable {}
