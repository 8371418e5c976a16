/// Every bound of the HTTP port: a name, a default and what happens beyond it.
struct WebLimits: Sendable {
    /// The largest body that is received, before and after decompression; that of a gRPC message. Beyond: 413.
    var maxBodyBytes = 64 << 20
    /// Memory of received bodies, all connections together. Beyond: 413, to be tried again.
    var maxBufferedBytes = 2 << 30
    /// Replies below this many bytes are not compressed: it would cost more than it saves.
    var minCompressedBytes = 1024
    /// Seconds that a connection may be silent between requests. Beyond: it is closed.
    var idleSeconds: Int64 = 300
    /// Parts of a path. Beyond: 404.
    var maxPathParts = 16
}
