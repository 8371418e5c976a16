/// The life of a call on the server: who still has it, and what has been said.
///
///     receiving ──complete──▶ handling ──answer──▶ answered ──closed──▶ ended
///         │                      │ expire / closed                        ▲
///         │ refuse / expire      ▼                                        │
///         └──▶ answered      abandoned ──answer, closed (either order)────┘
///
/// Pure: events in, the action to be taken out.
struct CallLife {
    private enum State {
        /// The request is not complete, and no handler has seen it.
        case receiving
        /// The handler owes an answer, and the caller waits for it.
        case handling
        /// The handler owes an answer that nobody waits for.
        case abandoned(streamClosed: Bool)
        /// Nothing is owed; the stream is open.
        case answered
        /// Nothing is owed, and the stream is gone.
        case ended
    }

    enum Action {
        case nothing
        /// Send the answer.
        case send
        /// Send the answer, and tell the handler that it is no longer waited for.
        case sendAndTell
        /// Tell the handler.
        case tell
        /// Nobody has the call any more: it can be used again.
        case recycle
    }

    private var state = State.receiving

    var isReceiving: Bool { if case .receiving = state { true } else { false } }
    var isHandling: Bool { if case .handling = state { true } else { false } }

    /// The handler gets the call. False when it was answered before.
    mutating func complete() -> Bool {
        guard case .receiving = state else { return false }
        state = .handling
        return true
    }

    /// We answer without, or in spite of, a handler: a fault of the request, or its deadline.
    mutating func refuse() -> Action {
        switch state {
        case .receiving:
            state = .answered
            return .send
        case .handling:
            state = .abandoned(streamClosed: false)
            return .sendAndTell
        case .abandoned, .answered, .ended: return .nothing
        }
    }

    /// The handler answers. Only the first answer counts.
    mutating func answer() -> Action {
        switch state {
        case .handling:
            state = .answered
            return .send
        case .abandoned(streamClosed: false):
            state = .answered
            return .nothing
        case .abandoned(streamClosed: true):
            state = .ended
            return .recycle
        case .answered, .ended: return .nothing
        case .receiving: preconditionFailure("a call is answered by the handler it was given to, and by nobody before")
        }
    }

    mutating func streamClosed() -> Action {
        switch state {
        case .receiving, .answered:
            state = .ended
            return .recycle
        case .handling:
            state = .abandoned(streamClosed: true)
            return .tell
        case .abandoned:
            state = .abandoned(streamClosed: true)
            return .nothing
        case .ended: return .nothing
        }
    }
}
