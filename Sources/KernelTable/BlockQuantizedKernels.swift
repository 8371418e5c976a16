/// The layout of a matrix whose columns are quantised in blocks along the depth, with a scale and a zero point per block.
public struct BlockQuantization: Sendable, Hashable {
    /// 4 or 8.
    public var bits: Int
    /// Elements of a block; a power of two of at least 16.
    public var blockSize: Int

    public init(bits: Int, blockSize: Int) {
        self.bits = bits
        self.blockSize = blockSize
    }

    /// Blocks of one column.
    public func blocks(_ depth: Int) -> Int { (depth + blockSize - 1) / blockSize }
}

/// Products of floats with a block-quantised B: B[k, n] = (q − zeroPoint) · scale, multiplied and summed as ``GemmKernels`` would.
public struct BlockQuantizedKernels: Sendable {
    /// Bytes of a packed B, aligned to 4: (layout, depth, columns).
    public let packedBytes: @Sendable (BlockQuantization, _ depth: Int, _ columns: Int) -> Int
    /// Packs quantised columns [columns, blocks, blockSize·bits/8], low bits first, with scales [columns, blocks] and zero points
    /// of the same bits, each column starting at a byte, or nil for 2^(bits−1).
    public let packB:
        @Sendable (
            _ layout: BlockQuantization, _ b: UnsafePointer<UInt8>, _ scales: UnsafePointer<Float>, _ zeroPoints: UnsafePointer<UInt8>?,
            _ depth: Int, _ columns: Int, _ packed: UnsafeMutableRawPointer
        ) -> Void
    /// Floats of scratch for one call: (rows, columns, depth).
    public let scratchFloats: @Sendable (_ rows: Int, _ columns: Int, _ depth: Int) -> Int
    /// A product as in ``GemmF32``, whose `packedB` is not read. `scratch` must be there.
    public let multiply: @Sendable (_ call: GemmF32, _ layout: BlockQuantization, _ packed: UnsafeRawPointer) -> Void

    public init(
        packedBytes: @escaping @Sendable (BlockQuantization, Int, Int) -> Int,
        packB:
            @escaping @Sendable (
                BlockQuantization, UnsafePointer<UInt8>, UnsafePointer<Float>, UnsafePointer<UInt8>?, Int, Int, UnsafeMutableRawPointer
            ) -> Void,
        scratchFloats: @escaping @Sendable (Int, Int, Int) -> Int,
        multiply: @escaping @Sendable (GemmF32, BlockQuantization, UnsafeRawPointer) -> Void
    ) {
        self.packedBytes = packedBytes
        self.packB = packB
        self.scratchFloats = scratchFloats
        self.multiply = multiply
    }
}
