/// Every bound of one HTTP/2 connection: a name, a default and what happens beyond it.
///
/// "Calm" below means GOAWAY(ENHANCE_YOUR_CALM), then the connection is closed. Durations are in nanoseconds; 0 turns a timer
/// off.
public struct Limits: Sendable {
    // What the peer may have open.

    /// Requests open at once. Beyond: REFUSED_STREAM before the peer has acknowledged it, a connection error after.
    public var maxConcurrentStreams: UInt32 = 256
    /// Bytes in flight per stream before the consumer has taken them. Beyond: FLOW_CONTROL_ERROR.
    public var streamWindowBytes: Int32 = 4 << 20
    /// Bytes in flight on the whole connection. Beyond: FLOW_CONTROL_ERROR.
    public var connectionWindowBytes: Int32 = 8 << 20
    /// The largest frame the peer may send, headers and data alike. Beyond: FRAME_SIZE_ERROR.
    public var maxFrameBytes: UInt32 = 16 << 10
    /// Names, values and 32 bytes a field, as SETTINGS_MAX_HEADER_LIST_SIZE counts. Beyond: the request is refused (431).
    public var maxHeaderListBytes: UInt32 = 64 << 10
    /// The same count, against compression bombs. Beyond: calm.
    public var maxHeaderListBytesBeforeClose: Int = 512 << 10
    /// CONTINUATION frames in one header block. Beyond: calm.
    public var maxContinuations: Int = 8
    /// Entries in one SETTINGS frame. Beyond: calm.
    public var maxSettingsEntries: Int = 32

    // How often the peer may do things that cost us more than them. Each is a token bucket. Beyond: calm.

    /// RST_STREAM received (rapid reset).
    public var resetsReceived = Rate(burst: 1000, perSecond: 33)
    /// RST_STREAM that the peer's faults make us send (made-you-reset).
    public var resetsProvoked = Rate(burst: 500, perSecond: 33)
    /// PING, on top of the ping policy.
    public var pings = Rate(burst: 1000, perSecond: 10)
    /// SETTINGS that are no acknowledgement.
    public var settings = Rate(burst: 100, perSecond: 5)
    /// WINDOW_UPDATE; every useful frame earns eight more.
    public var windowUpdates = Rate(burst: 10_000, perSecond: 1000)
    /// PRIORITY; every useful frame earns one more.
    public var priorities = Rate(burst: 2000, perSecond: 100)
    /// DATA without a byte that does not end its stream.
    public var emptyData = Rate(burst: 1000, perSecond: 100)
    /// Frames of unknown types.
    public var unknownFrames = Rate(burst: 1000, perSecond: 100)

    /// PINGs closer together than `pingMinInterval` without any frame of ours between them. Beyond: calm, "too_many_pings".
    public var maxPingStrikes: Int = 2
    /// The least time between PINGs while requests are open.
    public var pingMinInterval: UInt64 = .seconds(300)
    /// The least time between PINGs while none is.
    public var pingMinIntervalIdle: UInt64 = .seconds(7200)

    // How long the peer may take.

    /// From accept to the peer's first SETTINGS; the TLS handshake counts. Beyond: closed.
    public var prefaceTimeout: UInt64 = .seconds(10)
    /// From our SETTINGS to its acknowledgement. Beyond: GOAWAY(SETTINGS_TIMEOUT).
    public var settingsAckTimeout: UInt64 = .seconds(30)
    /// From the first byte of a header block, or of any frame but DATA, to its last. Beyond: closed.
    public var headerTimeout: UInt64 = .seconds(10)
    /// No byte of a reply taken by the peer, with bytes waiting: the stream. Beyond: RST_STREAM(CANCEL).
    public var stalledStreamTimeout: UInt64 = .seconds(60)
    /// The same for the whole socket. Beyond: closed.
    public var stalledWriteTimeout: UInt64 = .seconds(30)
    /// Nothing open for this long. Beyond: GOAWAY(NO_ERROR, "connection idle").
    public var idleTimeout: UInt64 = .seconds(3600)
    /// Nothing received for this long: we send a PING.
    public var keepaliveInterval: UInt64 = .seconds(7200)
    /// No acknowledgement of that PING. Beyond: closed.
    public var keepaliveTimeout: UInt64 = .seconds(20)
    /// Age at which the connection is asked to end, within ±10 %. Beyond: GOAWAY in two phases, "max_age".
    public var maxConnectionAge: UInt64 = 0
    /// What open requests get after that. Beyond: they fail, and the connection is closed.
    public var maxConnectionAgeGrace: UInt64 = .seconds(60)
    /// What the second phase of a GOAWAY waits for the PING that tells a round trip. Beyond: it goes on without.
    public var goAwayPingTimeout: UInt64 = .seconds(5)
    /// From our last GOAWAY to the close, so that the peer can read it.
    public var lingerTimeout: UInt64 = .seconds(1)

    // What we do at once.

    /// Received bytes that are fed to the session before its events are handled.
    public var receivePieceBytes: Int = 16 << 10
    /// Bytes of ours that wait for the socket before we stop taking more from streams, and stop reading.
    public var maxUnsentBytes: Int = 1 << 20
    /// DATA frames we send are at most this large, whatever the peer allows.
    public var maxSentFrameBytes: Int = 64 << 10
    /// Waiting bytes of one stream from which on a sender is asked to pause.
    public var streamSendHighWaterBytes: Int = 256 << 10
    /// Bytes of replies that wait for one peer, all its streams together. Beyond: new requests get REFUSED_STREAM.
    public var maxQueuedBytes: Int = 48 << 20
    /// The same count, for replies to requests that are under way. Beyond: RESOURCE_EXHAUSTED in place of the reply.
    public var maxQueuedBytesBeforeFailing: Int = 512 << 20
    /// Bytes of replies that wait for all peers of one event loop. Beyond: new requests of those that have more than
    /// `streamSendHighWaterBytes` waiting get REFUSED_STREAM, and `maxQueuedBytes` holds for replies as well.
    public var maxQueuedBytesOnLoop: Int = 1 << 30
    /// Open sockets of one server. Beyond: new ones are closed at once.
    public var maxConnections: Int = 16_384

    public init() {}

    /// A token bucket's size and refill.
    public struct Rate: Sendable, Hashable {
        public var burst: Int
        public var perSecond: Int

        public init(burst: Int, perSecond: Int) {
            self.burst = burst
            self.perSecond = perSecond
        }
    }
}

extension UInt64 {
    /// Whole seconds in nanoseconds.
    public static func seconds(_ count: UInt64) -> UInt64 { count * 1_000_000_000 }
    /// Milliseconds in nanoseconds.
    public static func milliseconds(_ count: UInt64) -> UInt64 { count * 1_000_000 }
}
