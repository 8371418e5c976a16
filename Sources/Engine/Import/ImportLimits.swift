/// Bounds on what importing a model may cost. Past any of them importing stops with an error that names it.
public struct ImportLimits: Sendable, Hashable {
    /// Bytes of one tensor in memory. Guards against a few bytes of file that ask for all of memory.
    public var tensorBytes = 8 << 30
    /// Nodes once functions are inlined, over all graphs. Guards against functions that double at every level.
    public var nodes = 1_000_000
    /// Functions within functions, and graphs within graphs.
    public var depth = 64

    public init() {}
}
