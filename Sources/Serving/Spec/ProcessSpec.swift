/// How the worker processes of a model with `backend: process` are started and watched.
public struct ProcessSpec: Sendable, Hashable {
    /// The program and its arguments; empty for Python with the version's file. Paths are seen from the version's folder.
    public var command: [String]
    /// Added to the environment that the server has.
    public var environment: [String: String]
    /// From its start until a worker says that it is ready. Beyond: it is ended, and started again later.
    public var startTimeoutNanos: Int64
    /// One run. Beyond: the worker hangs, is ended and started again.
    public var runTimeoutNanos: Int64
    /// Between two questions to an idle worker whether it is well, and the time that it has to answer.
    public var healthIntervalNanos: Int64
    /// Bytes of one run's answers, and of its questions. Beyond: the run fails with RESOURCE_EXHAUSTED.
    public var maxSharedBytes: Int

    public init() {
        command = []
        environment = [:]
        startTimeoutNanos = 60_000_000_000
        runTimeoutNanos = 30_000_000_000
        healthIntervalNanos = 5_000_000_000
        maxSharedBytes = 1 << 30
    }
}
