/// Message buffers that wait to be used again, by size class. Confined to one event loop.
final class BufferPool {
    private var classes: [[MessageBuffer]]
    private var pooledBytes = 0
    private let maxPooledBytes: Int
    private let budget: MemoryBudget

    private static let smallest = 10  // 1 KiB
    /// Larger buffers go back to the system at once: they are rare, and a few would fill the pool.
    private static let maxKeptCapacity = 4 << 20
    /// What a message gets before its first byte has come, and when more than half of the budget is used.
    private static let maxFirstCapacity = 1 << 20
    private static let maxFirstCapacityWhenTight = 4 << 10

    init(budget: MemoryBudget, maxPooledBytes: Int) {
        self.budget = budget
        self.maxPooledBytes = maxPooledBytes
        classes = Array(repeating: [], count: Self.sizeClass(Self.maxKeptCapacity) + 1)
    }

    /// How much a message of `length` bytes should be given at first: all of it, unless it is large or memory is short.
    func firstCapacity(of length: Int) -> Int {
        min(length, budget.usedBytes > budget.limit / 2 ? Self.maxFirstCapacityWhenTight : Self.maxFirstCapacity)
    }

    /// A buffer for at least `count` bytes; nil when the budget does not allow it.
    func take(_ count: Int) -> MessageBuffer? {
        let capacity: Int
        if count > Self.maxKeptCapacity {
            // Never pooled, so it need not be of a common size.
            let (end, overflow) = count.addingReportingOverflow(4095)
            guard !overflow else { return nil }
            capacity = end & ~4095
        } else {
            let index = Self.sizeClass(count)
            if let buffer = classes[index].popLast() {
                pooledBytes &-= buffer.capacity
                buffer.count = 0
                return buffer
            }
            capacity = 1 << (index &+ Self.smallest)
        }
        if !budget.reserve(capacity) {
            trim()
            guard budget.reserve(capacity) else { return nil }
        }
        return MessageBuffer(capacity: capacity, budget: budget)
    }

    /// Takes a buffer back, if nobody else holds it.
    func give(_ buffer: consuming MessageBuffer) {
        var buffer = buffer
        guard buffer.capacity <= Self.maxKeptCapacity, pooledBytes &+ buffer.capacity <= maxPooledBytes,
            isKnownUniquelyReferenced(&buffer)
        else { return }
        let index = Self.sizeClass(buffer.capacity)
        guard buffer.capacity == 1 << (index &+ Self.smallest) else { return }
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
