package import GRPC
package import Messages
package import Serving

// The one place where errors of the rooms below become gRPC statuses.

extension Status {
    package init(_ error: ServingError) {
        let code = StatusCode(error.code)
        self.init(code, error.message)
        guard error.retryAfterNanos > 0 else { return }
        retryAfterMillis = max(1, error.retryAfterNanos / 1_000_000)
        details = RetryDetails.bytes(code: Int(code.rawValue), message: error.message, delayNanos: error.retryAfterNanos)
    }

    /// A message that could not be read is the caller's fault; gRPC's word for one that is no message at all is INTERNAL.
    package init(_ error: MessageError) {
        let code: StatusCode =
            switch error.code {
            case .truncated, .malformed: .internal
            case .tooDeep, .invalidText, .outOfRange, .inconsistent, .syntax, .unknownName: .invalidArgument
            case .tooLarge: .resourceExhausted
            }
        self.init(code, error.description)
    }
}

extension StatusCode {
    package init(_ code: ServingError.Code) {
        switch code {
        case .invalidArgument: self = .invalidArgument
        case .notFound: self = .notFound
        case .unavailable: self = .unavailable
        case .resourceExhausted: self = .resourceExhausted
        case .deadlineExceeded: self = .deadlineExceeded
        case .cancelled: self = .cancelled
        case .unimplemented: self = .unimplemented
        case .alreadyExists: self = .alreadyExists
        case .failedPrecondition: self = .failedPrecondition
        case .internal: self = .internal
        }
    }
}
