internal import Synchronization

/// The memory that messages of one server may take, all connections together. Safe from any thread.
package final class MemoryBudget: Sendable {
    private let used = Atomic<Int>(0)
    let limit: Int

    package init(limit: Int) { self.limit = limit }

    package var usedBytes: Int { used.load(ordering: .relaxed) }

    /// False when there is not as much left.
    func reserve(_ count: Int) -> Bool {
        let now = used.wrappingAdd(count, ordering: .relaxed).newValue
        if now <= limit { return true }
        used.wrappingSubtract(count, ordering: .relaxed)
        return false
    }

    func release(_ count: Int) {
        used.wrappingSubtract(count, ordering: .relaxed)
    }
}
