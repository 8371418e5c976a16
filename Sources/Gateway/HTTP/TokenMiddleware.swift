internal import GRPC
internal import Hummingbird
internal import NIOCore

/// Lets requests pass that carry a bearer token with a scope, and tells the others what they lack (RFC 6750 §3).
struct TokenMiddleware: RouterMiddleware {
    typealias Context = BasicRequestContext

    let tokens: TokenAuthorizer
    let scope: Scope

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var value = request.headers[.authorization] ?? ""
        let refusal = value.withUTF8 { tokens.refuse(scope: scope, authorization: UnsafeRawBufferPointer($0)) }
        guard let refusal else { return try await next(request, context) }
        let isKnown = refusal.code == .permissionDenied
        return Response(
            status: isKnown ? .forbidden : .unauthorized,
            headers: [
                .wwwAuthenticate: isKnown ? "Bearer error=\"insufficient_scope\"" : "Bearer",
                .contentType: "text/plain; charset=utf-8",
            ],
            body: .init(byteBuffer: ByteBuffer(string: refusal.message + "\n")))
    }
}
