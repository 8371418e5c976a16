/// A load test that cannot run, and why: bad options, files or scenarios, a server that is not there.
public struct LoadError: Error, Sendable, CustomStringConvertible {
    public var message: String
    public init(_ message: String) { self.message = message }
    public var description: String { message }
}
