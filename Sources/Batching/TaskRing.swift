/// One waiting task with what the queue decided about it at admission.
struct QueueEntry<Task> {
    var task: Task
    var ticket: Ticket
    /// Position in the queue: the time by which the task ought to be done.
    var dueNanos: Int64
    /// When the level's timeout action is taken; `Int64.max` for never.
    var timeoutNanos: Int64
    /// The wait that admission foresaw; 0 when it did not look.
    var predictedWaitNanos: Int64 = 0
    /// Rows that earlier batches took already.
    var firstRow = 0
    /// Timed out under a policy that only delays.
    var isDelayed = false

    var remainingRows: Int { ticket.rows - firstRow }
}

/// Waiting tasks of one level in the order of their due times, ties in order of arrival. A ring, so that both ends are cheap.
struct TaskRing<Task> {
    private var slots: [QueueEntry<Task>?] = []
    private var head = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    var first: QueueEntry<Task>? { count == 0 ? nil : slots[head] }

    subscript(position: Int) -> QueueEntry<Task> {
        guard let entry = slots[index(position)] else { preconditionFailure("a hole in the ring") }
        return entry
    }

    private func index(_ position: Int) -> Int {
        let index = head &+ position
        return index >= slots.count ? index &- slots.count : index
    }

    /// Inserts behind every entry that is due no later. Constant when the entry is the last, which it is when all tasks have like budgets.
    mutating func insert(_ entry: QueueEntry<Task>) {
        growIfFull()
        var position = count
        if position > 0, self[position - 1].dueNanos > entry.dueNanos {
            var low = 0
            var high = position
            while low < high {
                let middle = (low + high) / 2
                if self[middle].dueNanos <= entry.dueNanos { low = middle + 1 } else { high = middle }
            }
            var hole = count
            while hole > low {
                slots[index(hole)] = slots[index(hole - 1)]
                hole -= 1
            }
            position = low
        }
        slots[index(position)] = entry
        count += 1
    }

    /// Puts back what was taken from the front, in its place before the others.
    mutating func prepend(_ entry: QueueEntry<Task>) {
        growIfFull()
        head = head == 0 ? slots.count - 1 : head - 1
        slots[head] = entry
        count += 1
    }

    mutating func append(_ entry: QueueEntry<Task>) {
        growIfFull()
        slots[index(count)] = entry
        count += 1
    }

    mutating func popFirst() -> QueueEntry<Task>? {
        guard count > 0 else { return nil }
        let entry = slots[head].take()
        head = index(1)
        count -= 1
        return entry
    }

    mutating func popLast() -> QueueEntry<Task>? {
        guard count > 0 else { return nil }
        count -= 1
        return slots[index(count)].take()
    }

    /// Takes out every entry that `isRemoved` names. O(n).
    mutating func removeAll(where isRemoved: (QueueEntry<Task>) -> Bool, _ removed: (QueueEntry<Task>) -> Void) {
        var kept = 0
        for position in 0..<count {
            guard let entry = slots[index(position)].take() else { continue }
            if isRemoved(entry) {
                removed(entry)
            } else {
                slots[index(kept)] = entry
                kept += 1
            }
        }
        count = kept
    }

    /// Entries due no later than `dueNanos`. O(log n).
    func countDue(by dueNanos: Int64) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].dueNanos <= dueNanos { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func growIfFull() {
        guard count == slots.count else { return }
        var larger: [QueueEntry<Task>?] = []
        larger.reserveCapacity(max(16, slots.count * 2))
        for position in 0..<count { larger.append(slots[index(position)]) }
        for _ in count..<max(16, slots.count * 2) { larger.append(nil) }
        slots = larger
        head = 0
    }
}
