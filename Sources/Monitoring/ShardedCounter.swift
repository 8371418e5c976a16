internal import Synchronization

/// A counter for several busy threads: each adds to a place of its own, on a cache line of its own, and readers add up.
public final class ShardedCounter: Sendable {
    /// A cache line, and another for processors that fetch two.
    private static let stride = 16

    // One atomic used in each stride; allocated with the counter and freed with it, never moved: that is what `unsafe` rests on.
    private nonisolated(unsafe) let counts: UnsafeMutablePointer<Atomic<UInt64>>
    private let shards: Int

    /// - Parameter shards: threads that add at the same time, as far as is known.
    public init(shards: Int) {
        self.shards = max(1, shards)
        counts = .allocate(capacity: self.shards * Self.stride)
        for place in 0..<(self.shards * Self.stride) { (counts + place).initialize(to: Atomic(0)) }
    }

    deinit {
        counts.deinitialize(count: shards * Self.stride)
        counts.deallocate()
    }

    /// - Parameter shard: the adding thread's number; any number will do.
    public func add(_ amount: Int = 1, shard: Int) {
        let place = Int(UInt(bitPattern: shard) % UInt(shards)) * Self.stride
        counts[place].wrappingAdd(UInt64(max(0, amount)), ordering: .relaxed)
    }

    public var value: UInt64 {
        (0..<shards).reduce(0) { $0 &+ counts[$1 * Self.stride].load(ordering: .relaxed) }
    }
}
