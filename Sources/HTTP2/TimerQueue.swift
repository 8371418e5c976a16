/// Something that wants to be called once a time has come. Subclassed by what has timers; confined to one event loop.
open class TimerNode {
    /// When it is due, in monotonic nanoseconds.
    public internal(set) var deadline: UInt64 = .max
    var index = -1

    public init() {}

    /// Called on the event loop, after the node was taken off the queue.
    open func timerFired(now: UInt64) {}

    /// Whether it waits in a queue.
    public var isArmed: Bool { index >= 0 }
}

/// The timers of one event loop, soonest first: a binary heap whose nodes know their places, so that none is allocated.
public final class TimerQueue {
    private var heap: [TimerNode] = []

    init() {}

    /// When the first timer is due; `.max` without any.
    var nextDeadline: UInt64 { heap.first?.deadline ?? .max }

    /// Sets or moves `node`; `.max` takes it off.
    func set(_ node: TimerNode, deadline: UInt64) {
        if deadline == .max { return remove(node) }
        let old = node.deadline
        node.deadline = deadline
        if node.index < 0 {
            node.index = heap.count
            heap.append(node)
            rise(node.index)
        } else if deadline < old {
            rise(node.index)
        } else {
            sink(node.index)
        }
    }

    func remove(_ node: TimerNode) {
        let index = node.index
        guard index >= 0 else { return }
        let last = heap.removeLast()
        node.index = -1
        node.deadline = .max
        guard last !== node else { return }
        heap[index] = last
        last.index = index
        rise(index)
        sink(last.index)
    }

    /// Calls what is due at `now`.
    func fire(now: UInt64) {
        while let first = heap.first, first.deadline <= now {
            remove(first)
            first.timerFired(now: now)
        }
    }

    private func rise(_ start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard heap[index].deadline < heap[parent].deadline else { return }
            swap(index, parent)
            index = parent
        }
    }

    private func sink(_ start: Int) {
        var index = start
        while true {
            var least = index
            let left = 2 * index + 1
            if left < heap.count, heap[left].deadline < heap[least].deadline { least = left }
            if left + 1 < heap.count, heap[left + 1].deadline < heap[least].deadline { least = left + 1 }
            guard least != index else { return }
            swap(index, least)
            index = least
        }
    }

    private func swap(_ a: Int, _ b: Int) {
        heap.swapAt(a, b)
        heap[a].index = a
        heap[b].index = b
    }
}
