/// Why a request or an administrative action got no answer. The codes are gRPC's, so that a protocol adapter only translates.
public struct ServingError: Error, Sendable, Hashable {
    public enum Code: Sendable, Hashable, CaseIterable {
        /// The request contradicts the model's signature or itself.
        case invalidArgument
        /// No such model, version or label.
        case notFound
        /// The model exists and cannot serve now: it loads, failed to load, or the server drains.
        case unavailable
        /// A bound was reached; trying again later may help.
        case resourceExhausted
        /// The answer would have come too late.
        case deadlineExceeded
        /// The caller gave up.
        case cancelled
        /// The model does not do what was asked for.
        case unimplemented
        case alreadyExists
        case failedPrecondition
        /// Our fault.
        case `internal`
    }

    public let code: Code
    /// A sentence without a final stop: what is wrong, where, the expected and the actual.
    public let message: String
    /// When trying again is worth it; 0 when nobody knows.
    public var retryAfterNanos: Int64

    public init(_ code: Code, _ message: String, retryAfterNanos: Int64 = 0) {
        self.code = code
        self.message = message
        self.retryAfterNanos = retryAfterNanos
    }
}

extension ServingError: CustomStringConvertible {
    public var description: String { message }
}
