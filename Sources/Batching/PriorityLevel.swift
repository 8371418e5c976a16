/// The waiting tasks of one priority: those in time, and behind them those whose timeout only delays them.
struct PriorityLevel<Task> {
    let policy: QueuePolicy
    var waiting = TaskRing<Task>()
    var delayed = TaskRing<Task>()
    var rows = 0

    init(policy: QueuePolicy) { self.policy = policy }

    var count: Int { waiting.count + delayed.count }

    /// The task that a lane would take next, without taking it.
    var first: QueueEntry<Task>? { waiting.first ?? delayed.first }
}
