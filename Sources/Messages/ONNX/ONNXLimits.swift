/// Bounds on what reading a model file may cost. Past any of them reading stops with an error that names it.
public struct ONNXLimits: Sendable {
    /// Messages inside messages. Guards the stack: protobuf-c recurses without a bound of its own.
    public var nesting = 100
    /// Bytes that decoding one message may take for each byte of it on disk, beside a fixed megabyte.
    /// Guards memory: two bytes of an empty message become a hundred in memory.
    public var amplification = 48
    /// Nodes, initialisers and value descriptions of one graph, each.
    public var itemsPerGraph = 2_000_000

    public init() {}
}
