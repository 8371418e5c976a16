import GRPC
import Messages
import NIOCore

/// Sends the replies that requests ask for, in order and at their intervals, and a status behind them. Waits while the caller
/// does not read. On the call's event loop.
final class PacedSender {
    private let call: StreamingCall
    private let trailing: Metadata
    private var waiting: [InteropTest.ResponseParameters] = []
    private var status: Status?
    private var isSending = false
    private var isBlocked = false

    init(_ call: StreamingCall, trailing: Metadata = Metadata()) {
        self.call = call
        self.trailing = trailing
        call.onWritable = { [unowned self] in
            isBlocked = false
            sendNext()
        }
    }

    func add(_ request: InteropTest.StreamingOutputCallRequest) throws {
        for parameters in request.responseParameters where parameters.size < 0 {
            throw Status(.invalidArgument, "payload size \(parameters.size)")
        }
        waiting += request.responseParameters
        sendNext()
    }

    func finish(_ status: Status) {
        if self.status == nil { self.status = status }
        sendNext()
    }

    private func sendNext() {
        guard !isSending, !isBlocked, !call.isCancelled else { return }
        guard let next = waiting.first else {
            if let status {
                isSending = true
                call.finish(status, trailing: trailing)
            }
            return
        }
        waiting.removeFirst()
        isSending = true
        guard next.intervalUs > 0, let eventLoop = call.eventLoop else { return send(next) }
        eventLoop.assumeIsolated().scheduleTask(in: .microseconds(Int64(next.intervalUs))) { [self] in send(next) }
    }

    private func send(_ parameters: InteropTest.ResponseParameters) {
        isSending = false
        guard !call.isCancelled else { return }
        do {
            let response = InteropTest.StreamingOutputCallResponse(payload: try TestService.payload(parameters.size))
            isBlocked = !call.send(try ReplyBody(response), compress: parameters.compressed?.value ?? false)
        } catch {
            waiting = []
            finish(failure(error))
        }
        sendNext()
    }

    private func failure(_ error: any Error) -> Status { error as? Status ?? Status(.internal, "\(error)") }
}
