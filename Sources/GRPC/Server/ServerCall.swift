public import HTTP2
public import NIOCore
internal import Synchronization

/// What every kind of call on the server has: who calls, until when, and whether it still matters.
///
/// Confined to its event loop, except for what is said to be safe elsewhere: that is what `@unchecked Sendable` rests on.
public class ServerCall: TimerNode, StreamHandler, @unchecked Sendable {
    let server: ServerLoop
    package internal(set) var stream: HTTP2Stream?
    var route: Route!
    /// What messages of the caller's connection may take.
    private(set) var share: MessageShare?
    var life = CallLife()
    var assembler = MessageAssembler()
    var requestCoding = Coding.identity
    var accepted: AcceptedCodings = []
    private let cancelled = Atomic<Bool>(false)
    private var progress = BodyProgress()

    /// The caller's custom metadata. Read it before the call is answered.
    public internal(set) var metadata = Metadata()
    /// When the caller stops waiting, in monotonic nanoseconds; nil for never.
    public internal(set) var callDeadline: UInt64?
    /// How replies are compressed; only takes effect if the caller accepts it. Set it before the first reply.
    public var replyCoding = Coding.identity
    /// Whether the message that was handed over last had been compressed by the caller.
    public private(set) var messageWasCompressed = false
    /// Called on the event loop, once, when nobody waits for the answer any more: the caller went away, or its deadline
    /// passed. The call must still be answered.
    public var onCancel: (@Sendable () -> Void)?

    init(server: ServerLoop) {
        self.server = server
    }

    /// Nobody waits for an answer any more, or for more of it. Safe from any thread.
    public var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    /// The full method name, as in "/package.Service/Method".
    public var path: String { route.path }

    /// Who calls. Read it before the call is answered.
    public var peer: PeerIdentity { stream.flatMap { $0.isClosed ? nil : $0.connection.peer } ?? PeerIdentity() }

    /// The loop that every callback of this call comes on.
    public var eventLoop: (any EventLoop)? { server.loop.eventLoop }

    /// Whether the calling thread is that of the event loop.
    var isOnLoop: Bool { server.loop.eventLoop?.inEventLoop ?? true }

    func start(_ stream: HTTP2Stream, route: Route, timeout: UInt64?, share: MessageShare) {
        self.stream = stream
        self.share = share
        self.route = route
        stream.handler = self
        progress = BodyProgress(now: server.loop.now)
        if let timeout {
            let (deadline, overflow) = server.loop.now.addingReportingOverflow(timeout)
            if !overflow, deadline != .max {
                callDeadline = deadline
                server.loop.set(self, deadline: deadline)
            }
        }
    }

    /// Ends the call with a status of ours.
    func refuse(_ status: Status) {
        let action = life.refuse()
        switch action {
        case .send, .sendAndTell:
            finishStream(status, Metadata())
            if case .sendAndTell = action { tellHandler() }
        case .nothing, .tell, .recycle: break
        }
    }

    /// Trailers, or a trailers-only reply when nothing was sent before.
    func finishStream(_ status: Status, _ trailing: Metadata) {
        server.loop.cancel(self)
        guard let stream, !stream.isClosed else { return }
        if stream.headersSent {
            stream.end(trailers: ResponseHeaders.trailers(status, metadata: trailing))
        } else {
            stream.send(headers: ResponseHeaders.trailersOnly(status, metadata: trailing), endStream: true)
        }
    }

    func sendInitial(_ metadata: Metadata) {
        guard let stream, !stream.headersSent else { return }
        if replyCoding != .identity, !accepted.accepts(replyCoding) { replyCoding = .identity }
        stream.send(headers: ResponseHeaders.initial(replyCoding, metadata: metadata))
    }

    /// Why a message cannot be sent: it is too large, or the caller has left too many others unread.
    func fault(of body: ReplyBody) -> Status? {
        let count = body.byteCount
        let most = server.configuration.messages.maxSentBytes
        if count > most { return Status(.resourceExhausted, "Sent message larger than max (\(count) vs. \(most))") }
        guard let stream, !stream.isClosed, !stream.connection.mayQueue(count) else { return nil }
        return Status(.resourceExhausted, "too many replies of this connection wait to be read")
    }

    func sendMessage(_ body: ReplyBody, compress: Bool) {
        guard let stream, !stream.isClosed else { return }
        if compress, replyCoding != .identity, let small = server.deflate(body, replyCoding) {
            stream.send(1 << 32 | UInt64(small.readableBytes), byteCount: 5)
            stream.send(small)
            return
        }
        let count = body.byteCount
        stream.send(UInt64(count), byteCount: 5, then: body.first)
        for piece in body.rest { stream.send(piece) }
    }

    /// A whole message as it was sent becomes one as it was meant.
    func decode(_ message: MessageAssembler.Message) throws(Status) -> MessageBuffer {
        messageWasCompressed = message.isCompressed
        guard message.isCompressed else { return message.buffer }
        guard requestCoding != .identity else {
            throw Status(.internal, "compressed flag set without a grpc-encoding")
        }
        let plain = try server.inflate(message.buffer, requestCoding, for: share)
        server.buffers.give(message.buffer)
        return plain
    }

    func tellHandler() {
        cancelled.store(true, ordering: .relaxed)
        let tell = onCancel.take()
        tell?()
    }

    /// Nothing that is said from now on reaches anybody.
    func markOver() {
        cancelled.store(true, ordering: .relaxed)
        onCancel = nil
    }

    /// Makes the object as new.
    func clear() {
        server.loop.cancel(self)
        stream = nil
        route = nil
        share = nil
        life = CallLife()
        assembler.clear(pool: server.buffers)
        requestCoding = .identity
        accepted = []
        cancelled.store(false, ordering: .relaxed)
        metadata.removeAll()
        callDeadline = nil
        replyCoding = .identity
        messageWasCompressed = false
        onCancel = nil
    }

    func recycle() {}

    public override func timerFired(now: UInt64) {
        refuse(Status(.deadlineExceeded, "Deadline Exceeded"))
    }

    // StreamHandler

    public func received(headers: HeaderFields, endStream: Bool, on stream: HTTP2Stream) {
        // Trailers of a request say nothing in gRPC.
        if endStream { receivedEnd(on: stream) }
    }

    public func received(data: UnsafeRawBufferPointer, on stream: HTTP2Stream) -> Int { data.count }

    public func receivedEnd(on stream: HTTP2Stream) {}

    public func canSendMore(on stream: HTTP2Stream) {}

    public func streamClosed(_ code: ErrorCode, on stream: HTTP2Stream) {
        self.stream = nil
        server.loop.cancel(self)
        switch life.streamClosed() {
        case .tell: tellHandler()
        case .recycle: recycle()
        case .nothing, .send, .sendAndTell: break
        }
    }

    /// Whether more of the body is awaited.
    var awaitsBody: Bool { life.isReceiving }

    public func isAlive(now: UInt64, on stream: HTTP2Stream) -> Bool {
        guard awaitsBody else {
            progress = BodyProgress(now: now)
            return true
        }
        return progress.isFast(now: now, limits: server.configuration.messages)
    }

    func noteProgress(_ count: Int) { progress.received(count) }
}
