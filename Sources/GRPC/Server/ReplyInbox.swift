internal import NIOCore
internal import Synchronization

/// What other threads want said on an event loop. One wake-up serves however many replies wait by then.
final class ReplyInbox: Sendable {
    enum Item {
        case answer(UnaryCall)
        case initial(StreamingCall, Metadata)
        case message(StreamingCall, ReplyBody, compress: Bool)
        case finish(StreamingCall, Status, Metadata)
    }

    private struct State {
        var items: [Item] = []
        var spare: [Item] = []
        var isWoken = false
    }

    private let state = Mutex(State())
    private let wake: @Sendable () -> Void

    /// `wake` has `drain` called on the event loop soon.
    init(wake: @escaping @Sendable () -> Void) { self.wake = wake }

    func push(_ item: sending Item) {
        let item = Handed(item)
        let mustWake = state.withLock { state in
            state.items.append(item.value)
            defer { state.isWoken = true }
            return !state.isWoken
        }
        if mustWake { wake() }
    }

    func drain() {
        let batch = state.withLock { state in
            state.isWoken = false
            var items = state.spare
            state.spare = []
            swap(&items, &state.items)
            return Handed(items)
        }
        var items = batch.value
        for item in items {
            switch item {
            case .answer(let call): call.sendAnswer()
            case .initial(let call, let metadata): call.sendInitial(metadata)
            case .message(let call, let body, let compress): call.sendNow(body, compress: compress)
            case .finish(let call, let status, let trailing): call.finishNow(status, trailing)
            }
        }
        items.removeAll(keepingCapacity: true)
        let emptied = Handed(items)
        state.withLock { if $0.spare.capacity == 0 { $0.spare = emptied.value } }
    }

    /// Carries a value into or out of the lock; each has one owner at a time, which is what `@unchecked Sendable` rests on.
    private struct Handed<Value>: @unchecked Sendable {
        let value: Value
        init(_ value: Value) { self.value = value }
    }
}
