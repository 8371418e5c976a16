internal import Synchronization

/// A number that only grows. Any thread; a few nanoseconds.
public final class Counter: Sendable {
    private let count = Atomic<UInt64>(0)

    public init() {}

    public func add(_ amount: Int = 1) { count.wrappingAdd(UInt64(max(0, amount)), ordering: .relaxed) }

    public var value: UInt64 { count.load(ordering: .relaxed) }
}
