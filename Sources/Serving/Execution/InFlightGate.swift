internal import Synchronization

/// Counts those inside, and once closed lets nobody in: how a version knows that its last request has gone.
struct InFlightGate: ~Copyable {
    private static let closed = 1 << 62
    private let state = Atomic<Int>(0)

    /// One more inside, or false when the gate is closed. Any thread.
    borrowing func enter() -> Bool {
        var seen = state.load(ordering: .relaxed)
        while seen & Self.closed == 0 {
            let (exchanged, original) = state.weakCompareExchange(expected: seen, desired: seen + 1, ordering: .acquiring)
            if exchanged { return true }
            seen = original
        }
        return false
    }

    /// One more inside, for someone who is inside already: a closed gate keeps nobody from bringing another in.
    borrowing func enterAgain() { state.wrappingAdd(1, ordering: .relaxed) }

    /// One fewer inside; true for the last one out of a closed gate.
    borrowing func leave() -> Bool {
        state.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == Self.closed
    }

    /// Closes the gate; true when nobody is inside. Counts as the last one out then, so call it once.
    borrowing func close() -> Bool {
        state.bitwiseOr(Self.closed, ordering: .acquiringAndReleasing).oldValue == 0
    }

    var count: Int { state.load(ordering: .relaxed) & ~Self.closed }
    var isClosed: Bool { state.load(ordering: .acquiring) & Self.closed != 0 }
}
