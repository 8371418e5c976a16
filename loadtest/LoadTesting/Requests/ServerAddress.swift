public import GRPC

/// Where the server is, and how it wants to be spoken to.
public struct ServerAddress: Sendable {
    public var target: ClientTarget
    public var tls: ClientTLS?
    /// Sent with every call, such as an authorization.
    public var metadata = Metadata()
    /// How requests are compressed, and what answers may be.
    public var coding = Coding.identity

    public init(target: ClientTarget) { self.target = target }
}
