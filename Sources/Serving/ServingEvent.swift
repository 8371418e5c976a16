/// What happens to models, for logs and metrics. Told on loading threads, lanes and event loops: listeners must be quick.
public enum ServingEvent: Sendable {
    case loading(VersionIdentity)
    /// - Parameter afterNanos: from the start of loading.
    case ready(VersionIdentity, afterNanos: Int64)
    case loadFailed(VersionIdentity, ServingError)
    /// The model as a whole cannot be loaded, such as for a faulty configuration.
    case modelFailed(model: String, ServingError)
    /// A golden request was answered wrongly by a version that serves all the same, as its configuration says.
    case goldenFailed(VersionIdentity, ServingError)
    /// A new version that takes over step by step gets this share of the requests now.
    case canaryStep(VersionIdentity, share: Double)
    case promoted(VersionIdentity)
    case rolledBack(VersionIdentity, reason: String)
    case unloading(VersionIdentity)
    case unloaded(VersionIdentity)
    case sourceFailed(name: String, ServingError)
    /// A worker process printed a line.
    case workerWrote(model: String, line: String)
    /// A worker process ended, or could not be started; it is started again.
    case workerEnded(model: String, reason: String)
}
