internal import Synchronization

/// Hands out the parts of a large answer in the order of their rows. Parts run on several lanes at once.
final class PartStream: Sendable {
    /// Rows that have been answered.
    struct Part: Sendable {
        var rows: Int
        var outputs: [OutputTensor]
    }

    private struct State {
        var rowsLeft: Int
        /// The first row that has not been handed out.
        var next = 0
        var waiting: [Int: Part] = [:]
        var isDelivering = false
        var error: ServingError?
    }

    private let sink: any PartSink
    private let state: Mutex<State>

    init(rows: Int, sink: any PartSink) {
        self.sink = sink
        state = Mutex(State(rowsLeft: rows))
    }

    /// How a request ends, for the one caller that hears of it.
    enum End {
        case last([OutputTensor])
        case failed(ServingError)
    }

    /// Whether there is no point in running the rest.
    var hasFailed: Bool { state.withLock { $0.error != nil } }

    /// Takes in the rows from `first` on and hands out what is next. Returns how the request ends, to the caller that ended it.
    func add(_ part: Part, first: Int, of request: InferenceRequest) -> End? {
        state.withLock { state in
            state.rowsLeft -= part.rows
            state.waiting[first] = part
        }
        return goOn(request)
    }

    /// Accounts for `count` rows that will never be answered.
    func fail(count: Int, _ error: ServingError, of request: InferenceRequest) -> End? {
        state.withLock { state in
            state.rowsLeft -= count
            if state.error == nil { state.error = error }
        }
        return goOn(request)
    }

    private enum Next {
        case hand([OutputTensor])
        case end(End)
        case nothing
    }

    private func goOn(_ request: InferenceRequest) -> End? {
        // Whoever finds nobody at it hands over what is there, outside the lock.
        var isMine = false
        while true {
            let next: Next = state.withLock { state in
                if state.isDelivering, !isMine { return .nothing }
                if state.rowsLeft <= 0, let error = state.error {
                    state.isDelivering = true
                    return .end(.failed(error))
                }
                guard state.error == nil, let part = state.waiting.removeValue(forKey: state.next) else {
                    state.isDelivering = false
                    return .nothing
                }
                state.next += part.rows
                state.isDelivering = true
                return state.rowsLeft <= 0 && state.waiting.isEmpty ? .end(.last(part.outputs)) : .hand(part.outputs)
            }
            isMine = true
            switch next {
            case .hand(let outputs): sink.part(of: request, outputs: outputs)
            case .end(let end): return end
            case .nothing: return nil
            }
        }
    }
}
