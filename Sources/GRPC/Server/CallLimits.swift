internal import HTTP2

/// Every bound on messages: a name, a default and what happens beyond it.
public struct CallLimits: Sendable {
    /// The largest message that is received, before and after decompression. Beyond: RESOURCE_EXHAUSTED.
    public var maxReceivedBytes: Int = 64 << 20
    /// The largest message that is sent. Beyond: RESOURCE_EXHAUSTED, in place of the reply.
    public var maxSentBytes: Int = Int(Int32.max)
    /// Memory of received messages, all connections together. Beyond: RESOURCE_EXHAUSTED.
    public var maxBufferedBytes: Int = 2 << 30
    /// The same memory, of one connection. Beyond: RESOURCE_EXHAUSTED, and other connections are served as before.
    public var maxBufferedBytesPerConnection: Int = 512 << 20
    /// Message memory that each event loop keeps for the next calls. Beyond: it is freed.
    public var maxPooledBytes: Int = 16 << 20
    /// Nanoseconds in which at least `minBodyBytesPerPeriod` must come while a message is awaited. Beyond: RST_STREAM(CANCEL).
    public var bodyPeriod: UInt64 = 20_000_000_000
    public var minBodyBytesPerPeriod: Int = 2048
    /// Replies below this many bytes are not compressed.
    public var minCompressedBytes: Int = 0

    public init() {}
}
