/// Something that is asked of the server while a run goes on.
public struct ScenarioAction: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// Loads a model, or loads it anew.
        case load(String)
        case unload(String)
    }

    /// From the start of the measured time.
    public var atNanos: UInt64
    public var kind: Kind

    public init(atNanos: UInt64, kind: Kind) {
        self.atNanos = atNanos
        self.kind = kind
    }
}
