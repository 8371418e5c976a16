/// Why a request did not succeed.
public enum FailureKind: Hashable, Sendable {
    /// The server answered with a gRPC status other than OK.
    case status(Int)
    /// OK, and the answer is not what it must be.
    case wrongAnswer
    /// No answer within the request's own time-out.
    case timedOut
    /// The connection went, or the stream was reset.
    case connectionLost
    /// An answer that is no gRPC answer.
    case malformed
    /// HTTP status other than 2xx.
    case http(Int)
    /// Not answered when the run had to end.
    case unanswered
    /// Never sent: too many waited already.
    case notSent
    /// A connection that could not be made.
    case connectFailed

    /// A word for reports.
    public var name: String {
        switch self {
        case .status(let code): FailureKind.statusNames.indices.contains(code) ? FailureKind.statusNames[code] : "STATUS_\(code)"
        case .wrongAnswer: "wrong_answer"
        case .timedOut: "timed_out"
        case .connectionLost: "connection_lost"
        case .malformed: "malformed"
        case .http(let status): "http_\(status)"
        case .unanswered: "unanswered"
        case .notSent: "not_sent"
        case .connectFailed: "connect_failed"
        }
    }

    private static let statusNames = [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
        "UNAUTHENTICATED",
    ]
}
