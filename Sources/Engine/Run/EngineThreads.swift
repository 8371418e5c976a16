/// How many threads one operator's work may be spread over. One setting for the process: bits never depend on it.
public enum EngineThreads {
    /// Threads per operator, the calling one included; 1 at first. Any thread may call, at any time.
    public static var count: Int {
        get { WorkerPool.shared.threads }
        set { WorkerPool.shared.setThreads(newValue) }
    }
}
