/// Why a batch took no more rows.
public enum CloseReason: UInt8, Sendable, Hashable, CaseIterable {
    /// A lane was idle and nothing else waited.
    case idleLane
    /// As many rows as one run may take.
    case full
    /// A size that the configuration prefers was reached.
    case preferred
    /// The first task had waited as long as the configuration allows.
    case delay
    /// One row more and the tightest deadline would be missed.
    case deadline
    /// More rows would not have made the rate any better.
    case efficient
    /// What waited next had other shapes.
    case shape
    /// The model takes one task a run.
    case single
    /// It ran on the caller's thread, without a queue.
    case inline

    /// The word that metadata and metrics use.
    public var name: String {
        switch self {
        case .idleLane: "idle_lane"
        case .full: "full"
        case .preferred: "preferred"
        case .delay: "delay"
        case .deadline: "deadline"
        case .efficient: "efficient"
        case .shape: "shape"
        case .single: "single"
        case .inline: "inline"
        }
    }
}

/// A task's share of a batch: all of its rows, or some when the task is larger than a run.
public struct BatchItem<Task> {
    public let task: Task
    public let ticket: Ticket
    /// First row of the task that takes part.
    public let firstRow: Int
    public let rows: Int

    public init(task: Task, ticket: Ticket, firstRow: Int, rows: Int) {
        self.task = task
        self.ticket = ticket
        self.firstRow = firstRow
        self.rows = rows
    }
}

/// What a lane got from a queue. Made once and filled again and again, so that its memory is reused.
public struct Batch<Task> {
    public internal(set) var items: [BatchItem<Task>] = []
    /// Tasks, or what is left of them, that were met on the way and will never run; their owners are still owed an answer.
    public internal(set) var refused: [(task: Task, rows: Int, refusal: Refusal)] = []
    public internal(set) var rows = 0
    public internal(set) var closeReason = CloseReason.idleLane

    public init() {}

    public var isEmpty: Bool { items.isEmpty }

    public mutating func removeAll() {
        items.removeAll(keepingCapacity: true)
        refused.removeAll(keepingCapacity: true)
        rows = 0
        closeReason = .idleLane
    }

    /// Hands over the refused tasks.
    public mutating func takeRefused() -> [(task: Task, rows: Int, refusal: Refusal)] {
        if refused.isEmpty { return [] }
        defer { refused = [] }
        return refused
    }

    mutating func append(_ item: BatchItem<Task>) {
        items.append(item)
        rows += item.rows
    }
}

/// What a lane should do after it asked a queue for work.
public enum NextStep: Sendable, Hashable {
    /// Run the batch, then report it with ``BatchQueue/finish(rows:runNanos:nowNanos:)``.
    case run
    /// Nothing yet; look again at this time.
    case wait(untilNanos: Int64)
    case idle
}

extension Batch {
    /// Makes this a batch that runs on its caller's thread, for now without a task.
    public mutating func beginInline() {
        removeAll()
        closeReason = .inline
    }

    /// Adds a task to a batch that ``beginInline()`` began.
    public mutating func addInline(_ item: BatchItem<Task>) { append(item) }
}

extension BatchItem: Sendable where Task: Sendable {}
extension Batch: Sendable where Task: Sendable {}
