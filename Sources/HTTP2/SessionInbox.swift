/// What the callbacks of a session found, in order. The connection handles it after the session has returned: nothing is
/// submitted, sent or received from inside a callback.
///
/// One inbox serves all connections of an event loop, since it is empty between reads but for a header block that was cut.
final class SessionInbox {
    enum Event {
        case opened(Unmanaged<HTTP2Stream>)
        case headers(Unmanaged<HTTP2Stream>, HeaderArena.Block, endStream: Bool)
        case data(Unmanaged<HTTP2Stream>, UnsafeRawBufferPointer)
        case end(Unmanaged<HTTP2Stream>)
        case reset(Unmanaged<HTTP2Stream>, ErrorCode)
        case closed(Unmanaged<HTTP2Stream>, ErrorCode)
        case settings
        case settingsAcknowledged
        case pingAcknowledged(UInt64)
        case goAway(lastStreamID: Int32, ErrorCode)
        case resetSent(ErrorCode)
        /// Our side ended while the peer's had not.
        case endedFirst(Unmanaged<HTTP2Stream>)
        case drained(Unmanaged<HTTP2Stream>)
    }

    var events: ContiguousArray<Event> = []
    var headers = HeaderArena()
    /// HEADERS and DATA frames that were sent since this was last looked at.
    var payloadFramesSent = 0

    /// The limits of the connection whose session is running, and the pool that streams come from.
    var softHeaderLimit = 0
    var hardHeaderLimit = 0
    var maxSentFrameBytes = 16 << 10
    var lowWaterBytes = 0
    var headerListExceeded = false
    let streams = StreamPool()
    /// What the sessions are made of; it outlives them, as the loop does its connections.
    let memory = SessionMemory()
    /// Where frames of the running session are written.
    let output = OutputBatch()

    func prepare(for limits: Limits) {
        softHeaderLimit = Int(limits.maxHeaderListBytes)
        hardHeaderLimit = limits.maxHeaderListBytesBeforeClose
        maxSentFrameBytes = limits.maxSentFrameBytes
        lowWaterBytes = limits.streamSendHighWaterBytes / 2
        headerListExceeded = false
    }
}

/// Streams that have ended, to be used again.
final class StreamPool {
    private var free: [HTTP2Stream] = []
    private static let capacity = 1024

    func take() -> HTTP2Stream {
        free.popLast() ?? HTTP2Stream()
    }

    func give(_ stream: HTTP2Stream) {
        guard free.count < Self.capacity else { return }
        free.append(stream)
    }
}
