public import NIOCore

/// One stream of a connection. Confined to the connection's event loop.
public final class HTTP2Stream {
    public internal(set) var id: Int32 = 0
    public internal(set) unowned(unsafe) var connection: Connection!
    /// Takes what arrives; released when the stream closes.
    public var handler: (any StreamHandler)?
    /// Reset, ended both ways, or lost with the connection: sending does nothing any more.
    public internal(set) var isClosed = false
    /// The peer has sent END_STREAM.
    public internal(set) var remoteEnded = false
    /// HEADERS were submitted.
    public internal(set) var headersSent = false
    /// The end of the body was submitted.
    public internal(set) var localEnded = false

    /// The list of a connection's open streams.
    unowned(unsafe) var next: HTTP2Stream?
    unowned(unsafe) var previous: HTTP2Stream?
    var isLinked = false

    /// Received bytes that the peer may not send anew yet.
    var owedBytes = 0

    var outbound = OutboundQueue()
    /// Sent after the body, in place of END_STREAM on its last frame.
    var trailers: HeaderSource?
    /// The session waits for more of the body.
    var isDeferred = false
    var isAboveHighWater = false
    /// When bytes last left for the peer, or when the first began to wait.
    var progressAt: UInt64 = 0

    init() {}

    /// Bytes that were sent by `send` and not yet taken by the session.
    public var waitingBytes: Int { outbound.byteCount }

    /// Whether a sender should go on; otherwise `StreamHandler.canSendMore` tells when.
    public var isWritable: Bool {
        !isClosed && outbound.byteCount < connection.limits.streamSendHighWaterBytes
    }

    /// Sends a header block, which comes first in a response and a request alike.
    public func send(headers: HeaderSource, endStream: Bool = false) {
        guard !isClosed, !headersSent else { return }
        headersSent = true
        localEnded = endStream
        connection.submitHeaders(headers, endStream: endStream, on: self)
    }

    /// Queues bytes of the body. Large buffers are sent without a copy.
    public func send(_ body: ByteBuffer) {
        guard !isClosed, !localEnded, body.readableBytes > 0 else { return }
        outbound.append(body)
        queued(body.readableBytes)
    }

    /// Queues the last `byteCount` (≤ 8) bytes of `word`, most significant first.
    public func send(_ word: UInt64, byteCount: Int) {
        guard !isClosed, !localEnded else { return }
        outbound.append(word, byteCount: byteCount)
        queued(byteCount)
    }

    /// Queues the last `byteCount` (≤ 8) bytes of `word` and then `body`, in one step.
    public func send(_ word: UInt64, byteCount: Int, then body: ByteBuffer) {
        guard !isClosed, !localEnded else { return }
        outbound.append(word, byteCount: byteCount)
        let count = body.readableBytes
        if count > 0 { outbound.append(body) }
        queued(byteCount &+ count)
    }

    /// Ends the body, with trailers or without.
    public func end(trailers: HeaderSource? = nil) {
        guard !isClosed, !localEnded else { return }
        localEnded = true
        self.trailers = trailers
        connection.bodyEnded(self)
    }

    /// Ends the stream at once, both ways.
    public func reset(_ code: ErrorCode) {
        guard !isClosed else { return }
        connection.submitReset(code, on: self)
    }

    /// The peer may send as many more bytes.
    public func consume(_ count: Int) {
        guard !isClosed, count > 0 else { return }
        let granted = min(count, owedBytes)
        owedBytes -= granted
        connection.grant(granted, on: self)
    }

    private func queued(_ count: Int) {
        let connection = connection!
        connection.changeQueued(by: count)
        if progressAt == 0 { progressAt = connection.loop.now }
        if outbound.byteCount >= connection.limits.streamSendHighWaterBytes { isAboveHighWater = true }
        connection.bodyQueued(self)
    }

    /// Makes the object as new, for the next stream.
    func clear() {
        id = 0
        connection = nil
        handler = nil
        isClosed = false
        remoteEnded = false
        headersSent = false
        localEnded = false
        next = nil
        previous = nil
        isLinked = false
        owedBytes = 0
        outbound.removeAll()
        trailers = nil
        isDeferred = false
        isAboveHighWater = false
        progressAt = 0
    }
}
