/// One product C = epilogue(A·B) with B packed by ``GemmKernels/packB``.
public struct GemmF32 {
    public var rows: Int
    public var columns: Int
    /// Length of each sum.
    public var depth: Int
    /// A[m, k] is at `a[m·aRowStride + k·aDepthStride]`; a transposed matrix swaps the strides.
    public var a: UnsafePointer<Float>
    public var aRowStride: Int
    public var aDepthStride: Int
    /// B as packed; for a range of columns start at a multiple of ``GemmKernels/panelColumns``: `packed + first·depth`.
    public var packedB: UnsafePointer<Float>
    /// C[m, n] is at `c[m·cRowStride + n]`.
    public var c: UnsafeMutablePointer<Float>
    public var cRowStride: Int
    public var epilogue: Epilogue
    /// ``GemmKernels/scratchFloats`` floats for this call alone, or nil: slower, the same bits.
    public var scratch: UnsafeMutablePointer<Float>?

    public init(
        rows: Int, columns: Int, depth: Int, a: UnsafePointer<Float>, aRowStride: Int, aDepthStride: Int = 1,
        packedB: UnsafePointer<Float>, c: UnsafeMutablePointer<Float>, cRowStride: Int, epilogue: Epilogue = Epilogue(),
        scratch: UnsafeMutablePointer<Float>? = nil
    ) {
        self.rows = rows
        self.columns = columns
        self.depth = depth
        self.a = a
        self.aRowStride = aRowStride
        self.aDepthStride = aDepthStride
        self.packedB = packedB
        self.c = c
        self.cRowStride = cRowStride
        self.epilogue = epilogue
        self.scratch = scratch
    }
}

/// Single-precision matrix products.
///
/// Every sum is one chain over k = 0 ..< depth, starting from zero, whatever the sizes: the bits of a row do not depend
/// on the other rows or columns of the call. The chain is of fused multiply-adds except on ``InstructionSet/x86v2``, so
/// bits agree within an instruction set.
public struct GemmKernels: Sendable {
    /// Columns of a full panel of a packed B. Work may be split at its multiples.
    public let panelColumns: Int
    /// Rows of a full tile. Splitting rows at its multiples costs nothing.
    public let tileRows: Int
    /// Floats that B takes when packed: (depth, columns).
    public let packedFloats: @Sendable (_ depth: Int, _ columns: Int) -> Int
    /// Packs B, whose B[k, n] is at `b[k·depthStride + n·columnStride]`.
    public let packB:
        @Sendable (
            _ b: UnsafePointer<Float>, _ depthStride: Int, _ columnStride: Int, _ depth: Int, _ columns: Int,
            _ packed: UnsafeMutablePointer<Float>
        ) -> Void
    /// Scratch that makes a call of this size fastest, in floats; may be 0.
    public let scratchFloats: @Sendable (_ rows: Int, _ columns: Int, _ depth: Int) -> Int
    public let multiply: @Sendable (GemmF32) -> Void
    /// Multiply-adds of ``tileRows`` × ``panelColumns`` sums in registers alone, `depth` times: the speed that nothing can exceed.
    /// Returns a sum, so that it is computed.
    public let registersOnly: @Sendable (_ depth: Int) -> Float

    public init(
        panelColumns: Int, tileRows: Int,
        packedFloats: @escaping @Sendable (Int, Int) -> Int,
        packB: @escaping @Sendable (UnsafePointer<Float>, Int, Int, Int, Int, UnsafeMutablePointer<Float>) -> Void,
        scratchFloats: @escaping @Sendable (Int, Int, Int) -> Int,
        multiply: @escaping @Sendable (GemmF32) -> Void, registersOnly: @escaping @Sendable (Int) -> Float
    ) {
        self.panelColumns = panelColumns
        self.tileRows = tileRows
        self.packedFloats = packedFloats
        self.packB = packB
        self.scratchFloats = scratchFloats
        self.multiply = multiply
        self.registersOnly = registersOnly
    }
}
