internal import Synchronization

/// Lets a cancellation meet a call that may not have begun yet.
final class CallBox: Sendable {
    private struct State {
        var call: ClientCall?
        var isCancelled = false
    }

    private let state = Mutex(State())

    func set(_ call: ClientCall) {
        let cancelNow = state.withLock { state in
            state.call = call
            return state.isCancelled
        }
        if cancelNow { call.cancel() }
    }

    func cancel() {
        let call = state.withLock { state in
            state.isCancelled = true
            return state.call
        }
        call?.cancel()
    }
}
