/// Where one thread submits its requests. It keeps the route table at hand, so that finding a version takes no lock.
///
/// Make one for each event loop, and use it on that loop only.
public final class Submitter {
    private let core: ServingCore
    private var table: RouteTable

    init(core: ServingCore) {
        self.core = core
        self.table = core.router.current
    }

    /// Takes in a request. Its sink is called exactly once, from any thread; for a tiny model or a bad request before this returns.
    /// Memory that the request points to must stay until then.
    public func submit(_ request: InferenceRequest) {
        core.submit(request, &table)
    }
}

@available(*, unavailable)
extension Submitter: Sendable {}
