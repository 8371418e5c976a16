/// How many threads one operator's work may be spread over. Bits never depend on it.
public enum EngineThreads {
    /// Threads per operator, the calling one included; 1 at first. One setting for the process. Any thread may call, at any time.
    public static var count: Int {
        get { WorkerPool.shared.threads }
        set { WorkerPool.shared.setThreads(newValue) }
    }

    /// Threads of the caller's that run models now and have processors of their own: so many fewer are left to help one of them.
    /// Looked at before every operator, so that a run stops spreading once others begin. Any thread, at any time.
    public static func occupied(by change: Int) { WorkerPool.shared.occupied(by: change) }

    /// Runs `body` with the work of this thread's runs kept on this thread.
    public static func alone<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        let before = WorkerPool.isAlone
        WorkerPool.isAlone = true
        defer { WorkerPool.isAlone = before }
        return try body()
    }
}
