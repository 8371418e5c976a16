/// Message buffers that wait to be used again, by size class. Confined to one event loop.
final class BufferPool {
    private var classes: [[MessageBuffer]]
    private var pooledBytes = 0
    private let maxPooledBytes: Int
    private let budget: MemoryBudget

    private static let smallest = 10  // 1 KiB

    init(budget: MemoryBudget, maxPooledBytes: Int) {
        self.budget = budget
        self.maxPooledBytes = maxPooledBytes
        classes = Array(repeating: [], count: 32)
    }

    /// A buffer for at least `count` bytes; nil when the budget does not allow it.
    func take(_ count: Int) -> MessageBuffer? {
        let index = Self.sizeClass(count)
        guard index < classes.count else { return nil }
        if let buffer = classes[index].popLast() {
            pooledBytes &-= buffer.capacity
            buffer.count = 0
            return buffer
        }
        let capacity = 1 << (index &+ Self.smallest)
        if !budget.reserve(capacity) {
            trim()
            guard budget.reserve(capacity) else { return nil }
        }
        return MessageBuffer(capacity: capacity, budget: budget)
    }

    /// Takes a buffer back, if nobody else holds it.
    func give(_ buffer: consuming MessageBuffer) {
        var buffer = buffer
        guard isKnownUniquelyReferenced(&buffer), pooledBytes &+ buffer.capacity <= maxPooledBytes else { return }
        let index = Self.sizeClass(buffer.capacity)
        guard index < classes.count, buffer.capacity == 1 << (index &+ Self.smallest) else { return }
        pooledBytes &+= buffer.capacity
        classes[index].append(buffer)
    }

    private func trim() {
        for index in classes.indices { classes[index].removeAll() }
        pooledBytes = 0
    }

    private static func sizeClass(_ count: Int) -> Int {
        count <= 1 << smallest ? 0 : (Int.bitWidth - (count - 1).leadingZeroBitCount) - smallest
    }
}
