/// Where a version is in its life.
public enum VersionState: Sendable, Hashable {
    case loading
    case ready
    /// Takes no requests any more, and has some under way.
    case unloading
    case unavailable

    /// The word that clients of Triton know.
    public var name: String {
        switch self {
        case .loading: "LOADING"
        case .ready: "READY"
        case .unloading: "UNLOADING"
        case .unavailable: "UNAVAILABLE"
        }
    }
}

/// One line of the repository's index.
public struct IndexEntry: Sendable, Hashable {
    public var model: String
    /// Nil for a model that has no version to speak of.
    public var version: Int64?
    public var state: VersionState
    /// Why it is not ready, or why the newer files of a ready one are not in use.
    public var reason: String

    public init(model: String, version: Int64?, state: VersionState, reason: String) {
        self.model = model
        self.version = version
        self.state = state
        self.reason = reason
    }
}
