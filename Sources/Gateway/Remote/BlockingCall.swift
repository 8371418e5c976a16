internal import GRPC
internal import Serving
internal import Synchronization

/// One attempt of a unary call, waited for on a thread that may wait.
final class BlockingCall: Sendable {
    /// What came back. The message is nobody else's any more: that is what `@unchecked Sendable` rests on.
    struct Outcome: @unchecked Sendable {
        var message: MessageBuffer?
        var status: Status
        /// Another attempt repeats nothing.
        var mayRetry: Bool
    }

    private struct State: @unchecked Sendable {
        var message: MessageBuffer?
        var outcome: Outcome?
    }

    private let state = Mutex(State())
    private let spot = ParkingSpot()

    /// Between two looks whether anybody still waits.
    private static let sliceNanos: Int64 = 20_000_000

    /// Calls, and waits for the end.
    ///
    /// - Parameters:
    ///   - timeoutNanos: of this attempt; sent along as the call's deadline.
    ///   - isAbandoned: asked now and then; true cancels the call.
    static func run(
        _ client: GRPCClient, _ path: String, _ body: ReplyBody, metadata: Metadata, timeoutNanos: Int64, isAbandoned: () -> Bool
    ) -> Outcome {
        let blocking = BlockingCall()
        let options = GRPCClient.Options(metadata: metadata, timeout: UInt64(max(1, timeoutNanos)))
        let call = client.start(path, options) { call, event in blocking.hear(call, event) }
        call.send(body)
        call.halfClose()
        var isCancelled = false
        while true {
            if let outcome = blocking.state.withLock({ $0.outcome }) { return outcome }
            if !isCancelled, isAbandoned() {
                isCancelled = true
                call.cancel()
            }
            blocking.spot.park(untilNanos: MonotonicClock.system.nowNanos &+ sliceNanos)
        }
    }

    private func hear(_ call: ClientCall, _ event: ClientCall.Event) {
        switch event {
        case .initialMetadata: return
        case .message(let message):
            state.withLock { if $0.message == nil { $0.message = message } }
            return
        case .end(let status, _):
            state.withLock { state in
                var status = status
                if status.isOK, state.message == nil { status = Status(.internal, "OK without a message") }
                state.outcome = Outcome(message: state.message, status: status, mayRetry: call.mayRetry)
            }
        }
        spot.wake()
    }
}
