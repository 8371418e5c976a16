internal import Synchronization

/// A number that goes up and down. Any thread.
public final class Gauge: Sendable {
    private let number = Atomic<Int>(0)

    public init() {}

    public func set(_ value: Int) { number.store(value, ordering: .relaxed) }
    public func add(_ amount: Int) { number.wrappingAdd(amount, ordering: .relaxed) }
    public var value: Int { number.load(ordering: .relaxed) }
}
