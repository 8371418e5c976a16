internal import GRPC
internal import Hummingbird

/// One protocol on the HTTP port: which paths are its own, and in which words it refuses.
protocol WebRoom: Sendable {
    /// What can be done at a path; nil when the path is not of this protocol. Decided before a byte of the body is read.
    func endpoint(at path: WebPath) -> WebEndpoint?

    /// The protocol's own shape for an error.
    func refusal(_ failure: WebFailure) -> WebAnswer
}

/// What can be done at one path, by method.
struct WebEndpoint: Sendable {
    /// Throws ``WebFailure`` for what is to be said to the caller; anything else is our fault.
    typealias Handler = @Sendable (WebRequest) async throws -> WebAnswer

    struct Action: Sendable {
        let method: HTTPRequest.Method
        let scope: Scope
        let handler: Handler
    }

    private(set) var actions: [Action] = []

    static func get(_ scope: Scope = .infer, _ handler: @escaping Handler) -> WebEndpoint { WebEndpoint().on(.get, scope, handler) }
    static func post(_ scope: Scope = .infer, _ handler: @escaping Handler) -> WebEndpoint { WebEndpoint().on(.post, scope, handler) }

    /// The same, and one method more.
    func on(_ method: HTTPRequest.Method, _ scope: Scope = .infer, _ handler: @escaping Handler) -> WebEndpoint {
        var endpoint = self
        endpoint.actions.append(Action(method: method, scope: scope, handler: handler))
        return endpoint
    }

    /// What a method does; HEAD does what GET does, and its body is left out.
    func action(for method: HTTPRequest.Method) -> Action? {
        actions.first { $0.method == method } ?? (method == .head ? actions.first { $0.method == .get } : nil)
    }

    /// The value of an Allow header.
    var allowed: String { actions.map(\.method.rawValue).joined(separator: ", ") }
}
