internal import HTTP2

/// What a header block of a response says: the first one, trailers, or both in one.
struct ResponseHead {
    var httpStatus: Int?
    var isGRPC = false
    var encoding: UnsafeRawBufferPointer?
    var status: Status?
    var metadata = Metadata()

    init(_ fields: HeaderFields) {
        var code: Int?
        var message = ""
        var details: [UInt8] = []
        for index in 0..<fields.count {
            let name = fields.name(index)
            let value = fields.value(index)
            if name.equals(":status") {
                httpStatus = Int(String(decoding: value, as: UTF8.self))
            } else if name.equals("content-type") {
                isGRPC = value.starts(with: "application/grpc")
            } else if name.equals("grpc-encoding") {
                encoding = value
            } else if name.equals("grpc-status") {
                code = Int(String(decoding: value, as: UTF8.self)) ?? 2
            } else if name.equals("grpc-message") {
                message = PercentEncoding.decode(value)
            } else if name.equals("grpc-status-details-bin") {
                details = Base64.decode(value) ?? []
            } else if !name.starts(with: ":"), !name.starts(with: "grpc-") {
                metadata.append(received: name, value)
            }
        }
        if let code { status = Status(StatusCode(rawValue: code) ?? .unknown, message, details: details) }
    }

    /// The status of a response that no gRPC server has made.
    static func status(http: Int?) -> Status {
        let code: StatusCode =
            switch http {
            case 400: .internal
            case 401: .unauthenticated
            case 403: .permissionDenied
            case 404: .unimplemented
            case 429, 502, 503, 504: .unavailable
            default: .unknown
            }
        return Status(code, "the server answered with HTTP status \(http.map(String.init) ?? "none")")
    }

    /// The status of a stream that was reset.
    static func status(reset code: ErrorCode) -> Status {
        let mapped: StatusCode =
            switch code {
            case .refusedStream: .unavailable
            case .cancel: .cancelled
            case .enhanceYourCalm: .resourceExhausted
            case .inadequateSecurity: .permissionDenied
            default: .internal
            }
        return Status(mapped, "the stream was reset with HTTP/2 error \(code.rawValue)")
    }
}
