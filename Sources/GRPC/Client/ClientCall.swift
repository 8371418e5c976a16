public import HTTP2
internal import NIOCore

/// One call on a client, of any kind. Made by `GRPCClient.start`; events come on its event loop.
///
/// Confined to the event loop but for `send`, `halfClose` and `cancel`, which hop to it: that is what `@unchecked Sendable`
/// rests on.
public final class ClientCall: TimerNode, StreamHandler, @unchecked Sendable {
    public enum Event {
        /// The response has begun.
        case initialMetadata(Metadata)
        /// A message; its bytes may be kept.
        case message(MessageBuffer)
        /// The last event.
        case end(Status, trailing: Metadata)
    }

    private let client: ClientLoop
    private var onEvent: ((ClientCall, Event) -> Void)?
    /// There is room again, after `isWritable` was false.
    public var onWritable: (() -> Void)?
    private var stream: HTTP2Stream?
    private var assembler = MessageAssembler()
    private var responseCoding = Coding.identity
    private var hasBegun = false
    private var isEnded = false
    /// At the end: the call reached no handler, as far as can be told from here, so that another attempt repeats nothing.
    public private(set) var mayRetry = false
    private var requestCoding: Coding
    private let limit: Int
    /// What was sent before there was a connection.
    private var waiting: [Outgoing] = []

    enum Outgoing {
        case message(ReplyBody, compress: Bool)
        case halfClose
    }

    init(client: ClientLoop, coding: Coding, limit: Int, onEvent: @escaping (ClientCall, Event) -> Void) {
        self.client = client
        requestCoding = coding
        self.limit = limit
        self.onEvent = onEvent
    }

    /// False asks a sender to wait for `onWritable`. On the event loop.
    public var isWritable: Bool { stream?.isWritable ?? waiting.isEmpty }

    /// Sends a message. Any thread.
    public func send(_ body: ReplyBody, compress: Bool = true) {
        client.onLoop { self.sendNow(.message(body, compress: compress)) }
    }

    /// Says that no more messages come. Any thread.
    public func halfClose() {
        client.onLoop { self.sendNow(.halfClose) }
    }

    /// Gives the call up. Any thread; the end is told as an event.
    public func cancel() {
        client.onLoop { self.finish(Status(.cancelled, "cancelled by the client"), Metadata(), reset: .cancel) }
    }

    private func sendNow(_ outgoing: Outgoing) {
        guard !isEnded else { return }
        guard let stream else {
            waiting.append(outgoing)
            return
        }
        switch outgoing {
        case .message(let body, let compress):
            if compress, requestCoding != .identity, let small = client.compressors.deflate(body, requestCoding) {
                stream.send(1 << 32 | UInt64(small.readableBytes), byteCount: 5)
                stream.send(small)
                return
            }
            stream.send(UInt64(body.byteCount), byteCount: 5)
            body.forEach { stream.send($0) }
        case .halfClose: stream.end()
        }
    }

    /// The connection is there.
    func begin(on connection: Connection, headers: HeaderSource) {
        guard !isEnded else { return }
        guard let opened = connection.open(headers, endStream: false, handler: self) else {
            neverSent(Status(.unavailable, "the connection takes no more calls"))
            return
        }
        stream = opened
        for outgoing in waiting { sendNow(outgoing) }
        waiting = []
    }

    /// There is no connection to make the call on.
    func neverSent(_ status: Status) {
        mayRetry = true
        finish(status, Metadata(), reset: nil)
    }

    func finish(_ status: Status, _ trailing: Metadata, reset: ErrorCode?) {
        guard !isEnded else { return }
        isEnded = true
        client.loop.cancel(self)
        if let reset { stream?.reset(reset) }
        assembler.clear(pool: client.buffers)
        waiting = []
        onWritable = nil
        let tell = onEvent.take()
        tell?(self, .end(status, trailing: trailing))
    }

    public override func timerFired(now: UInt64) {
        finish(Status(.deadlineExceeded, "Deadline Exceeded"), Metadata(), reset: .cancel)
    }

    // StreamHandler

    public func received(headers: HeaderFields, endStream: Bool, on stream: HTTP2Stream) {
        let head = ResponseHead(headers)
        if !hasBegun {
            hasBegun = true
            // Refused without a word of an answer.
            mayRetry = endStream && head.status?.code == .unavailable
            guard head.isGRPC || head.status != nil else {
                finish(ResponseHead.status(http: head.httpStatus), Metadata(), reset: endStream ? nil : .cancel)
                return
            }
            if !endStream {
                if let name = head.encoding {
                    guard let coding = Coding(name) else {
                        finish(Status(.internal, "the server answers with an unknown coding"), Metadata(), reset: .cancel)
                        return
                    }
                    responseCoding = coding
                }
                onEvent?(self, .initialMetadata(head.metadata))
                return
            }
        }
        guard endStream else { return }
        let status =
            assembler.isInsideMessage
            ? Status(.internal, "the response ends inside a message")
            : head.status ?? Status(.unknown, "the server ended the call without a status")
        finish(status, head.metadata, reset: nil)
    }

    public func received(data: UnsafeRawBufferPointer, on stream: HTTP2Stream) -> Int {
        var rest = data
        do throws(Status) {
            while !isEnded, let whole = try assembler.next(from: &rest, limit: limit, pool: client.buffers) {
                var message = whole.buffer
                if whole.isCompressed {
                    guard responseCoding != .identity else { throw Status(.internal, "compressed flag set without a grpc-encoding") }
                    message = try client.compressors.inflate(whole.buffer, responseCoding, limit: limit, pool: client.buffers)
                }
                onEvent?(self, .message(message))
                client.buffers.give(message)
            }
        } catch {
            finish(error, Metadata(), reset: .cancel)
        }
        return data.count
    }

    public func receivedEnd(on stream: HTTP2Stream) {
        finish(Status(.unknown, "the server ended the call without a status"), Metadata(), reset: nil)
    }

    public func canSendMore(on stream: HTTP2Stream) { onWritable?() }

    public func streamClosed(_ code: ErrorCode, on stream: HTTP2Stream) {
        let status =
            client.connectionIsLost
            ? Status(.unavailable, "the connection was lost") : ResponseHead.status(reset: code)
        self.stream = nil
        if code == .refusedStream, !hasBegun { mayRetry = true }
        finish(status, Metadata(), reset: nil)
    }
}
