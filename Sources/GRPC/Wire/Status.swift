/// How a call ended: a code, a sentence for people, and optionally a serialised `google.rpc.Status` for programs.
public struct Status: Error, Sendable, Hashable, CustomStringConvertible {
    public var code: StatusCode
    /// UTF-8, any characters; it is percent-encoded on the wire.
    public var message: String
    /// The bytes of `grpc-status-details-bin`; empty for none.
    public var details: [UInt8]
    /// When trying again is worth it, in milliseconds, sent as `grpc-retry-pushback-ms`; nil says nothing.
    public var retryAfterMillis: Int64?

    public init(_ code: StatusCode, _ message: String = "", details: [UInt8] = [], retryAfterMillis: Int64? = nil) {
        self.code = code
        self.message = message
        self.details = details
        self.retryAfterMillis = retryAfterMillis
    }

    public static let ok = Status(.ok)

    public var isOK: Bool { code == .ok }

    public var description: String { message.isEmpty ? "\(code)" : "\(code): \(message)" }
}
