public import HTTP2
internal import NIOCore

/// A call with any number of messages either way.
///
/// The callbacks are set by the handler, before it returns, and come on the event loop. `send` and `finish` may be called on
/// any thread; what one thread sends arrives in that order.
public final class StreamingCall: ServerCall, @unchecked Sendable {
    /// A request message.
    public var onMessage: ((MessageBuffer) -> Void)?
    /// The caller sends no more.
    public var onHalfClose: (() -> Void)?
    /// `send` returned false, and now there is room again.
    public var onWritable: (() -> Void)?

    private var isPaused = false
    private var isFeeding = false
    /// What came while reading was paused, within the peer's window.
    private var unread = ByteBuffer()
    private var endIsUnread = false

    /// Sends a message. On the event loop, false asks to wait for `onWritable`; on other threads the result is always true.
    @discardableResult
    public func send(_ body: ReplyBody, compress: Bool = true) -> Bool {
        if isOnLoop {
            server.loop.turn { sendNow(body, compress: compress) }
            return stream?.isWritable ?? true
        }
        server.replies.push(.message(self, body, compress: compress))
        return true
    }

    /// Sends the initial metadata, which otherwise goes with the first message. At most once, before it.
    public func sendInitialMetadata(_ metadata: Metadata) {
        if isOnLoop {
            server.loop.turn { sendInitial(metadata) }
        } else {
            server.replies.push(.initial(self, metadata))
        }
    }

    /// Ends the call; only the first end counts.
    public func finish(_ status: Status = .ok, trailing: Metadata = Metadata()) {
        if isOnLoop {
            server.loop.turn { finishNow(status, trailing) }
        } else {
            server.replies.push(.finish(self, status, trailing))
        }
    }

    /// Stops `onMessage`; the caller is held back once its window is full. On the event loop.
    public func pauseReading() { isPaused = true }

    /// Lets messages come again. On the event loop.
    public func resumeReading() {
        guard isPaused else { return }
        isPaused = false
        guard !isFeeding else { return }
        server.loop.turn { readOn() }
    }

    func begin() {
        guard life.complete(), case .streaming(let handler) = route.kind else { return }
        handler(self)
    }

    func sendNow(_ body: ReplyBody, compress: Bool) {
        guard life.isHandling else { return }
        if let fault = fault(of: body) { return refuse(fault) }
        sendInitial(Metadata())
        sendMessage(body, compress: compress)
    }

    func finishNow(_ status: Status, _ trailing: Metadata) {
        switch life.answer() {
        case .send:
            if status.isOK { sendInitial(Metadata()) }
            finishStream(status, trailing)
        case .recycle: recycle()
        case .nothing, .sendAndTell, .tell: break
        }
    }

    override var awaitsBody: Bool { life.isHandling && assembler.isInsideMessage && !isPaused }

    public override func received(data: UnsafeRawBufferPointer, on stream: HTTP2Stream) -> Int {
        noteProgress(data.count)
        guard life.isHandling else { return data.count }
        if isPaused {
            unread.writeBytes(data)
            return 0
        }
        return feed(data)
    }

    /// Returns how many bytes were taken; the rest waits until reading goes on.
    private func feed(_ data: UnsafeRawBufferPointer) -> Int {
        var rest = data
        isFeeding = true
        defer { isFeeding = false }
        while life.isHandling, !isPaused {
            do throws(Status) {
                let limit = server.configuration.messages.maxReceivedBytes
                guard let whole = try assembler.next(from: &rest, limit: limit, pool: server.buffers, share: share) else { break }
                let message = try decode(whole)
                onMessage?(message)
                server.buffers.give(message)
            } catch {
                refuse(error)
                return data.count
            }
        }
        if isPaused, !rest.isEmpty { unread.writeBytes(rest) }
        return isPaused ? data.count - rest.count : data.count
    }

    private func readOn() {
        let waiting = unread
        unread = ByteBuffer()
        let taken = waiting.withUnsafeReadableBytes { feed($0) }
        stream?.consume(taken)
        if endIsUnread, !isPaused {
            endIsUnread = false
            ended()
        }
    }

    public override func receivedEnd(on stream: HTTP2Stream) {
        if isPaused {
            endIsUnread = true
        } else {
            ended()
        }
    }

    private func ended() {
        guard life.isHandling else { return }
        if assembler.isInsideMessage {
            refuse(Status(.internal, "the request ends inside a message"))
            return
        }
        onHalfClose?()
    }

    public override func canSendMore(on stream: HTTP2Stream) {
        if life.isHandling { onWritable?() }
    }

    /// No message comes any more: what the callbacks hold, which is often the call itself, is let go even if the handler never
    /// answers.
    override func tellHandler() {
        super.tellHandler()
        onMessage = nil
        onHalfClose = nil
        onWritable = nil
    }

    /// Not used again: whoever still holds it finds it over, and may say what they like.
    override func recycle() {
        server.loop.cancel(self)
        assembler.clear(pool: server.buffers)
        unread = ByteBuffer()
        markOver()
        onMessage = nil
        onHalfClose = nil
        onWritable = nil
    }
}
