/// What happens to models, for logs and metrics. Told on loading threads, lanes and event loops: listeners must be quick.
public enum ServingEvent: Sendable {
    case loading(VersionIdentity)
    /// - Parameter afterNanos: from the start of loading.
    case ready(VersionIdentity, afterNanos: Int64)
    case loadFailed(VersionIdentity, ServingError)
    /// The model as a whole cannot be loaded, such as for a faulty configuration.
    case modelFailed(model: String, ServingError)
    case unloading(VersionIdentity)
    case unloaded(VersionIdentity)
    case sourceFailed(name: String, ServingError)
}
