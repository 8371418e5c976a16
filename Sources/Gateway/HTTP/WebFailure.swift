internal import GRPC
internal import JSON
internal import Messages
internal import Serving

/// Why a request on the HTTP port got no answer, in no protocol's words yet.
package struct WebFailure: Error, Sendable {
    package var status: Int
    /// A sentence without a final stop.
    package var message: String
    var headers: [(name: String, value: String)] = []

    init(_ status: Int, _ message: String) {
        self.status = status
        self.message = message
    }

    init(_ error: ServingError) {
        self.init(Self.httpStatus(StatusCode(error.code)), error.message)
        if error.retryAfterNanos > 0 {
            headers = [("Retry-After", String(max(1, (error.retryAfterNanos + 999_999_999) / 1_000_000_000)))]
        }
    }

    init(_ status: Status) {
        self.init(Self.httpStatus(status.code), status.message)
    }

    init(_ error: MessageError) { self.init(GRPC.Status(error)) }

    /// The text of a body is no JSON, or not the JSON that was expected.
    init(_ error: JSONError) { self.init(400, "failed to parse the request JSON: \(error)") }

    /// The codes that Triton's HTTP port answers with, and the standard's for what Triton has no word for.
    private static func httpStatus(_ code: StatusCode) -> Int {
        switch code {
        case .notFound: 404
        case .unavailable, .resourceExhausted: 503
        case .unimplemented: 501
        case .internal, .unknown, .dataLoss: 500
        case .deadlineExceeded: 504
        case .cancelled: 499
        case .unauthenticated: 401
        case .permissionDenied: 403
        default: 400
        }
    }
}
