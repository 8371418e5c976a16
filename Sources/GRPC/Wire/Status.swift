/// How a call ended: a code, a sentence for people, and optionally a serialised `google.rpc.Status` for programs.
public struct Status: Error, Sendable, Hashable, CustomStringConvertible {
    public var code: StatusCode
    /// UTF-8, any characters; it is percent-encoded on the wire.
    public var message: String
    /// The bytes of `grpc-status-details-bin`; empty for none.
    public var details: [UInt8]

    public init(_ code: StatusCode, _ message: String = "", details: [UInt8] = []) {
        self.code = code
        self.message = message
        self.details = details
    }

    public static let ok = Status(.ok)

    public var isOK: Bool { code == .ok }

    public var description: String { message.isEmpty ? "\(code)" : "\(code): \(message)" }
}
