import Glibc
import Synchronization

private let raised = Atomic<Bool>(false)

@c private func raise(_ signal: Int32) {
    raised.store(true, ordering: .relaxed)
}

/// Whether a signal has come; one signal a process.
struct SignalFlag {
    static func install(_ number: Int32) -> SignalFlag {
        signal(number, raise)
        return SignalFlag()
    }

    var isRaised: Bool { raised.load(ordering: .relaxed) }
}
