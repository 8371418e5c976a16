internal import Hummingbird

/// Which pages of other origins a browser may let call the HTTP port. None unless the operator says so.
struct CrossOrigin: Sendable {
    private let origins: Set<String>
    private let allowsAll: Bool

    init(_ origins: [String]) {
        self.origins = Set(origins)
        allowsAll = origins.contains("*")
    }

    /// Headers for a request from a page of an origin that is allowed; empty for all others.
    func headers(for request: Request) -> [(name: String, value: String)] {
        guard let origin = request.headers[.origin], allowsAll || origins.contains(origin) else { return [] }
        var headers = [
            ("Access-Control-Allow-Origin", allowsAll ? "*" : origin),
            ("Access-Control-Expose-Headers", "Grpc-Status, Grpc-Message, Inference-Header-Content-Length"),
        ]
        if !allowsAll { headers.append(("Vary", "Origin")) }
        return headers
    }

    /// The answer to a browser that asks beforehand; nil when the request is none of that kind, or not from an origin that is allowed.
    func preflight(_ request: Request) -> Response? {
        guard request.method == .options, let wanted = header("Access-Control-Request-Method", of: request) else { return nil }
        let allowed = headers(for: request)
        guard !allowed.isEmpty else { return nil }
        var fields = HTTPFields()
        let asked = header("Access-Control-Request-Headers", of: request)
        for (name, value) in allowed + [
            ("Access-Control-Allow-Methods", wanted), ("Access-Control-Allow-Headers", asked ?? "content-type"),
            ("Access-Control-Max-Age", "600"),
        ] {
            if let name = HTTPFields.Element.Name(name) { fields[name] = value }
        }
        return Response(status: .noContent, headers: fields)
    }

    private func header(_ name: String, of request: Request) -> String? { HTTPFields.Element.Name(name).flatMap { request.headers[$0] } }
}
