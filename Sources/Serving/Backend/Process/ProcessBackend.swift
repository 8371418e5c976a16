/// Models that worker processes run: code of the operator's own, in whatever language, behind a Unix socket and shared memory.
public struct ProcessBackend: Backend {
    /// What becomes of workers, for logs. Told on any thread.
    public struct Events: Sendable {
        /// A line that a worker printed.
        public var wrote: @Sendable (_ model: String, _ line: String) -> Void
        /// A worker ended, or could not be started; it is started again.
        public var ended: @Sendable (_ model: String, _ reason: String) -> Void

        public init(
            wrote: @escaping @Sendable (_ model: String, _ line: String) -> Void = { _, _ in },
            ended: @escaping @Sendable (_ model: String, _ reason: String) -> Void = { _, _ in }
        ) {
            self.wrote = wrote
            self.ended = ended
        }
    }

    private let events: Events

    public init(events: Events = Events()) { self.events = events }

    public var name: String { "process" }
    public var aliases: [String] { [] }
    public var platform: String { "process" }
    public var fileNames: [String] { ["worker.py"] }

    public func load(_ files: ModelFiles, spec: ModelSpec) throws(ServingError) -> any LoadedModel {
        // Whoever may load models must not thereby be able to run programs.
        guard files.contents.isEmpty, spec.process?.command.isEmpty == false || files.path != nil else {
            throw ServingError(
                .failedPrecondition, "model '\(spec.name)': programs run from the repository only, not from files that come with a request to load")
        }
        return try ProcessModel(ProcessSetup(files, spec: spec), spec: spec, events: events)
    }
}
