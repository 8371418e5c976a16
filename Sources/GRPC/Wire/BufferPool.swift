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

    /// A buffer for at least `count` bytes, from the share of a connection when there is one.
    ///
    /// - Throws: RESOURCE_EXHAUSTED when the share or the budget does not allow it.
    func take(_ count: Int, for share: MessageShare? = nil) throws(Status) -> MessageBuffer {
        let capacity = try Self.capacity(for: count)
        guard let share, capacity > MessageShare.uncountedBytes else { return try take(capacity: capacity) }
        try share.reserve(capacity)
        let buffer: MessageBuffer
        do throws(Status) {
            buffer = try take(capacity: capacity)
        } catch {
            share.release(capacity)
            throw error
        }
        buffer.charge(to: share)
        return buffer
    }

    private static func capacity(for count: Int) throws(Status) -> Int {
        guard count > maxKeptCapacity else { return 1 << (sizeClass(count) &+ smallest) }
        // Never pooled, so it need not be of a common size.
        let (end, overflow) = count.addingReportingOverflow(4095)
        guard !overflow else { throw noMemory }
        return end & ~4095
    }

    private func take(capacity: Int) throws(Status) -> MessageBuffer {
        if capacity <= Self.maxKeptCapacity, let buffer = classes[Self.sizeClass(capacity)].popLast() {
            pooledBytes &-= buffer.capacity
            buffer.count = 0
            return buffer
        }
        if !budget.reserve(capacity) {
            trim()
            guard budget.reserve(capacity) else { throw Self.noMemory }
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
        buffer.settle()
        pooledBytes &+= buffer.capacity
        classes[index].append(buffer)
    }

    private func trim() {
        for index in classes.indices { classes[index].removeAll() }
        pooledBytes = 0
    }

    private static var noMemory: Status { Status(.resourceExhausted, "no memory left for messages") }

    private static func sizeClass(_ count: Int) -> Int {
        count <= 1 << smallest ? 0 : (Int.bitWidth - (count - 1).leadingZeroBitCount) - smallest
    }
}
