internal import Synchronization

/// Counters of one server or client, shared by its event loops. Reading and counting are safe from any thread.
public final class WireCounters: Sendable {
    private let cells: [Cell]

    public init() {
        cells = WireEvent.allCases.map { _ in Cell() }
    }

    public func count(_ event: WireEvent, _ amount: Int = 1) {
        cells[event.rawValue].value.wrappingAdd(amount, ordering: .relaxed)
    }

    public func value(_ event: WireEvent) -> Int {
        cells[event.rawValue].value.load(ordering: .relaxed)
    }

    private final class Cell: Sendable {
        let value = Atomic<Int>(0)
    }
}
