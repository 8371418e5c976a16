/// One head of attention: softmax(scale·Q·Kᵀ + mask)·V, by rows of Q.
public struct Attention {
    public var queries: Int
    public var keys: Int
    /// Elements of a query and of a key.
    public var depth: Int
    public var valueDepth: Int
    /// Q[m, d] is at `q[m·qRowStride + d]`, and so on for the others.
    public var q: UnsafePointer<Float>
    public var qRowStride: Int
    public var k: UnsafePointer<Float>
    public var kRowStride: Int
    public var v: UnsafePointer<Float>
    public var vRowStride: Int
    public var output: UnsafeMutablePointer<Float>
    public var outputRowStride: Int
    public var scale: Float = 1
    /// Added to the scores, [queries, keys] with `maskRowStride` elements from row to row (0 for one row for all), or nil.
    public var mask: UnsafePointer<Float>?
    public var maskRowStride = 0
    /// Query m sees keys up to m + `causalOffset` only, where it is not nil.
    public var causalOffset: Int?
    /// ``AttentionKernels/scratchFloats`` floats for this call alone.
    public var scratch: UnsafeMutablePointer<Float>

    public init(
        queries: Int, keys: Int, depth: Int, valueDepth: Int, q: UnsafePointer<Float>, qRowStride: Int, k: UnsafePointer<Float>,
        kRowStride: Int, v: UnsafePointer<Float>, vRowStride: Int, output: UnsafeMutablePointer<Float>, outputRowStride: Int,
        scratch: UnsafeMutablePointer<Float>
    ) {
        self.queries = queries
        self.keys = keys
        self.depth = depth
        self.valueDepth = valueDepth
        self.q = q
        self.qRowStride = qRowStride
        self.k = k
        self.kRowStride = kRowStride
        self.v = v
        self.vRowStride = vRowStride
        self.output = output
        self.outputRowStride = outputRowStride
        self.scratch = scratch
    }
}

/// Attention without the matrix of all scores: some queries at a time, whose scores stay in the cache.
public struct AttentionKernels: Sendable {
    /// Floats of scratch: (queries, keys, depth, valueDepth).
    public let scratchFloats: @Sendable (_ queries: Int, _ keys: Int, _ depth: Int, _ valueDepth: Int) -> Int
    /// Every row is what products and a softmax of ``GemmKernels`` and ``RowKernels`` give. A query that sees no key gets NaN;
    /// without keys the output is zero.
    public let attend: @Sendable (Attention) -> Void

    public init(
        scratchFloats: @escaping @Sendable (Int, Int, Int, Int) -> Int, attend: @escaping @Sendable (Attention) -> Void
    ) {
        self.scratchFloats = scratchFloats
        self.attend = attend
    }
}
