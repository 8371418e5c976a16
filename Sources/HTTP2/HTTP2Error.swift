/// Why a connection or a session could not go on.
public struct HTTP2Error: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is told to the peer.
    public var code: ErrorCode
    /// For logs, and for the debug data of GOAWAY.
    public var message: String

    public init(_ code: ErrorCode, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { "\(message) (HTTP/2 error \(code.rawValue))" }
}
