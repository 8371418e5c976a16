internal import GRPC
internal import NIOCore
internal import Serving

/// One ModelStreamInfer call: requests come as fast as the client sends them, answers go as they are ready, and what is wrong with a
/// request is said in its answer, not by ending the stream.
///
/// All of it happens on the call's event loop, except ``finished(_:)``: that is what `@unchecked Sendable` rests on.
final class InferStream: @unchecked Sendable {
    private let call: StreamingCall
    private let handler: CallHandler<InferCall>
    private let eventLoop: (any EventLoop)?
    private var flying: [(infer: InferCall, ticket: Int)] = []
    private var isHalfClosed = false
    /// The client does not take what was sent.
    private var isBlocked = false
    private var isOver = false

    /// Requests of one stream under way. Beyond: nothing more is read from it until some are answered.
    static let maxFlying = 256

    init(_ call: StreamingCall, _ handler: CallHandler<InferCall>) {
        self.call = call
        self.handler = handler
        eventLoop = call.eventLoop
    }

    func begin() {
        call.onMessage = { [self] in received($0) }
        call.onHalfClose = { [self] in
            isHalfClosed = true
            finishIfDone()
        }
        call.onWritable = { [self] in
            isBlocked = false
            readOnIfThereIsRoom()
        }
        call.onCancel = { [self] in
            isOver = true
            for (infer, ticket) in flying { infer.cancel(ticket) }
            finishIfDone()
        }
    }

    private func received(_ message: MessageBuffer) {
        let infer = handler.take()
        do throws(Status) {
            try infer.read(message, deadline: call.callDeadline, metadata: call.metadata)
        } catch {
            send(infer.streamError(error.message))
            handler.recycle(infer)
            return
        }
        infer.request.read(call.metadata)
        infer.stream = self
        infer.request.origin = .kserveStream
        infer.request.parts = .wanted(infer)
        flying.append((infer, infer.ticket.current))
        if flying.count >= Self.maxFlying { call.pauseReading() }
        handler.submit(infer, on: eventLoop)
    }

    /// The request of `infer` is answered. Any thread.
    func finished(_ infer: InferCall) {
        // Not before the parts that are on their way.
        guard let eventLoop, !eventLoop.inEventLoop || infer.hasParts else { return answer(infer) }
        eventLoop.execute { [self] in answer(infer) }
    }

    private func answer(_ infer: InferCall) {
        if !isOver { send(infer.streamReply()) }
        flying.removeAll { $0.infer === infer }
        handler.recycle(infer)
        readOnIfThereIsRoom()
        finishIfDone()
    }

    /// Sends a part of an answer; the rest comes with ``finished(_:)``. Any thread.
    func send(part body: ReplyBody) {
        guard let eventLoop else { return }
        eventLoop.execute { [self] in if !isOver { send(body) } }
    }

    private func send(_ body: ReplyBody) {
        // Whoever takes no answers gets to ask nothing more.
        if !call.send(body) {
            isBlocked = true
            call.pauseReading()
        }
    }

    private func readOnIfThereIsRoom() {
        if !isBlocked, flying.count < Self.maxFlying { call.resumeReading() }
    }

    private func finishIfDone() {
        guard flying.isEmpty, isHalfClosed || isOver else { return }
        call.finish()
    }
}
