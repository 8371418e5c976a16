public import HTTP2
internal import NIOCore

/// One request message, one reply. Pooled: it must not be used once it is answered.
///
/// The handler is called on the event loop; `reply` and `fail` may be called on any thread, exactly once in all.
public final class UnaryCall: ServerCall, @unchecked Sendable {
    /// The request. Its bytes stay as they are until the call is answered, and longer if the buffer is kept.
    public private(set) var message: MessageBuffer!
    private var answer = Answer.none

    enum Answer {
        case none
        case reply(ReplyBody, initial: Metadata, trailing: Metadata)
        case status(Status, trailing: Metadata)
    }

    /// Sends the reply, with status OK. Any thread, once.
    public func reply(_ body: ReplyBody, initial: Metadata = Metadata(), trailing: Metadata = Metadata()) {
        if isOnLoop {
            server.loop.turn { send(body, initial, trailing) }
        } else {
            hand(over: .reply(body, initial: initial, trailing: trailing))
        }
    }

    /// Ends the call without a reply. Any thread, once.
    public func fail(_ status: Status, trailing: Metadata = Metadata()) {
        if isOnLoop {
            server.loop.turn { end(status, trailing) }
        } else {
            hand(over: .status(status, trailing: trailing))
        }
    }

    private func hand(over answer: Answer) {
        self.answer = answer
        server.replies.push(.answer(self))
    }

    /// On the loop: what the handler said elsewhere goes out.
    func sendAnswer() {
        let answer = self.answer
        self.answer = .none
        switch answer {
        case .reply(let body, let initial, let trailing): send(body, initial, trailing)
        case .status(let status, let trailing): end(status, trailing)
        case .none: break
        }
    }

    private func send(_ body: ReplyBody, _ initial: Metadata, _ trailing: Metadata) {
        guard mustAnswer() else { return }
        if let fault = fault(of: body) { return finishStream(fault, trailing) }
        server.loop.cancel(self)
        sendInitial(initial)
        sendMessage(body, compress: true)
        stream?.end(trailers: ResponseHeaders.trailers(.ok, metadata: trailing))
    }

    private func end(_ status: Status, _ trailing: Metadata) {
        if mustAnswer() { finishStream(status, trailing) }
    }

    /// Whether anybody waits for the answer that has come.
    private func mustAnswer() -> Bool {
        switch life.answer() {
        case .send: return true
        case .recycle: recycle()
        case .nothing, .sendAndTell, .tell: break
        }
        return false
    }

    public override func received(data: UnsafeRawBufferPointer, on stream: HTTP2Stream) -> Int {
        noteProgress(data.count)
        // What follows the first message is ignored, as other servers do.
        guard life.isReceiving, message == nil else { return data.count }
        var rest = data
        do throws(Status) {
            let limit = server.configuration.messages.maxReceivedBytes
            if let whole = try assembler.next(from: &rest, limit: limit, pool: server.buffers, share: share) {
                message = try decode(whole)
            }
        } catch {
            refuse(error)
        }
        return data.count
    }

    public override func receivedEnd(on stream: HTTP2Stream) {
        guard life.isReceiving else { return }
        guard message != nil else {
            refuse(
                assembler.isInsideMessage
                    ? Status(.internal, "the request ends inside a message")
                    : Status(.unimplemented, "the method requires exactly one request message"))
            return
        }
        guard life.complete(), case .unary(let handler) = route.kind else { return }
        handler(self)
    }

    override func clear() {
        super.clear()
        if let kept = message.take() { server.buffers.give(kept) }
        answer = .none
    }

    override func recycle() {
        clear()
        server.give(self)
    }
}
