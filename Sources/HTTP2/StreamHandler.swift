/// What takes one stream's bytes. Every call comes on the connection's event loop, and none after `streamClosed`.
public protocol StreamHandler: AnyObject {
    /// A header block after the request's: the response's, or trailers. The view is valid during the call only.
    func received(headers: HeaderFields, endStream: Bool, on stream: HTTP2Stream)

    /// Bytes of the body, valid during the call only. Returns how many of them the peer may send anew at once; the rest is
    /// owed until `HTTP2Stream.consume(_:)` says so.
    func received(data: UnsafeRawBufferPointer, on stream: HTTP2Stream) -> Int

    /// The peer sends no more. Not called when trailers or headers ended the stream: they say it themselves.
    func receivedEnd(on stream: HTTP2Stream)

    /// Less than half of `Limits.streamSendHighWaterBytes` wait, after more did.
    func canSendMore(on stream: HTTP2Stream)

    /// The stream has ended, both ways (`noError`) or by a reset or the loss of the connection. The last call.
    func streamClosed(_ code: ErrorCode, on stream: HTTP2Stream)

    /// Called every few seconds while the stream is open; returns false to have it reset for being too slow.
    func isAlive(now: UInt64, on stream: HTTP2Stream) -> Bool
}

extension StreamHandler {
    public func canSendMore(on stream: HTTP2Stream) {}
    public func isAlive(now: UInt64, on stream: HTTP2Stream) -> Bool { true }
}

/// What takes the requests of a connection. Calls come on its event loop.
public protocol RequestAcceptor: AnyObject {
    /// A request was opened. Sets `stream.handler`, or answers at once. The view is valid during the call only.
    func opened(_ stream: HTTP2Stream, headers: HeaderFields, endStream: Bool)

    /// The connection asks the peer to leave: open requests go on for now.
    func connectionIsDraining(_ connection: Connection)

    /// The time for draining is up: what is still open must be failed in this call.
    func connectionMustEnd(_ connection: Connection)
}
