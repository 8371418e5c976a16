/// Why the gateway could not be started.
public struct GatewayError: Error, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
