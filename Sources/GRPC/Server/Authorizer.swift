public import HTTP2

/// What a caller must be allowed to do for a method to be called.
public struct Scope: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Asking models, and asking about them.
    public static let infer = Scope(rawValue: 1)
    /// Changing what is served.
    public static let admin = Scope(rawValue: 2)
    /// Reading metrics.
    public static let metrics = Scope(rawValue: 4)
    /// Nothing: for health checks.
    public static let none: Scope = []
}

/// Decides whether a call may go on, before any of its message is read. Called on event loops, and must not block.
public protocol Authorizer: Sendable {
    /// Nil to allow it. `authorization` is the header's value, valid during the call.
    func refuse(path: String, scope: Scope, authorization: UnsafeRawBufferPointer?, peer: PeerIdentity) -> Status?
}
