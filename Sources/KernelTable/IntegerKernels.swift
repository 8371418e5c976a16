/// One product of bytes: C[m, n] = Σ (A[m, k] − aZeroPoint) · (B[k, n] − bZeroPoint[n]), exact modulo 2³².
public struct GemmInt8 {
    public var rows: Int
    public var columns: Int
    public var depth: Int
    /// A[m, k] is at `a[m·aRowStride + k]`; signed where `aIsSigned`.
    public var a: UnsafePointer<UInt8>
    public var aIsSigned: Bool
    public var aRowStride: Int
    public var aZeroPoint: Int32 = 0
    /// One zero point per row instead of `aZeroPoint`, or nil.
    public var aZeroPoints: UnsafePointer<Int32>?
    /// By ``IntegerKernels/packB``.
    public var packedB: UnsafeRawPointer
    /// As it was packed.
    public var bIsSigned: Bool
    public var bZeroPoint: Int32 = 0
    /// One zero point per column instead of `bZeroPoint`, or nil.
    public var bZeroPoints: UnsafePointer<Int32>?
    public var c: UnsafeMutablePointer<Int32>
    public var cRowStride: Int
    /// ``IntegerKernels/scratchBytes`` bytes for this call alone, aligned to 4.
    public var scratch: UnsafeMutableRawPointer

    public init(
        rows: Int, columns: Int, depth: Int, a: UnsafePointer<UInt8>, aIsSigned: Bool, aRowStride: Int, packedB: UnsafeRawPointer,
        bIsSigned: Bool, c: UnsafeMutablePointer<Int32>, cRowStride: Int, scratch: UnsafeMutableRawPointer
    ) {
        self.rows = rows
        self.columns = columns
        self.depth = depth
        self.a = a
        self.aIsSigned = aIsSigned
        self.aRowStride = aRowStride
        self.packedB = packedB
        self.bIsSigned = bIsSigned
        self.c = c
        self.cRowStride = cRowStride
        self.scratch = scratch
    }
}

/// Eight-bit products and the conversions around them.
public struct IntegerKernels: Sendable {
    /// The instruction that products are made of, for reports.
    public let dotProduct: String
    /// Bytes of a packed B, a multiple of 4: (depth, columns).
    public let packedBytes: @Sendable (_ depth: Int, _ columns: Int) -> Int
    /// Packs B, whose B[k, n] is at `b[k·depthStride + n·columnStride]`, to memory aligned to 4.
    public let packB:
        @Sendable (
            _ b: UnsafePointer<UInt8>, _ isSigned: Bool, _ depthStride: Int, _ columnStride: Int, _ depth: Int, _ columns: Int,
            _ packed: UnsafeMutableRawPointer
        ) -> Void
    public let scratchBytes: @Sendable (_ rows: Int, _ columns: Int, _ depth: Int) -> Int
    public let multiply: @Sendable (GemmInt8) -> Void
    /// y = activation(x · rowScale · columnScale[n] + bias[n]) over one row of `count`; `columnScale` and `bias` may be nil,
    /// and `y` may be the memory of `x`.
    public let dequantizeSums:
        @Sendable (
            _ x: UnsafePointer<Int32>, _ rowScale: Float, _ columnScale: UnsafePointer<Float>?, _ bias: UnsafePointer<Float>?,
            Activation, _ y: UnsafeMutablePointer<Float>, _ count: Int
        ) -> Void
    /// y = saturate(round(x / scale) + zeroPoint), halves to even, to unsigned or signed bytes. NaN gives the smallest byte.
    public let quantize:
        @Sendable (
            _ x: UnsafePointer<Float>, _ scale: Float, _ zeroPoint: Int32, _ isSigned: Bool, _ y: UnsafeMutablePointer<UInt8>,
            _ count: Int
        ) -> Void
    /// y = (x − zeroPoint) · scale from unsigned or signed bytes.
    public let dequantize:
        @Sendable (
            _ x: UnsafePointer<UInt8>, _ isSigned: Bool, _ scale: Float, _ zeroPoint: Int32, _ y: UnsafeMutablePointer<Float>,
            _ count: Int
        ) -> Void

    public init(
        dotProduct: String, packedBytes: @escaping @Sendable (Int, Int) -> Int,
        packB: @escaping @Sendable (UnsafePointer<UInt8>, Bool, Int, Int, Int, Int, UnsafeMutableRawPointer) -> Void,
        scratchBytes: @escaping @Sendable (Int, Int, Int) -> Int, multiply: @escaping @Sendable (GemmInt8) -> Void,
        dequantizeSums:
            @escaping @Sendable (
                UnsafePointer<Int32>, Float, UnsafePointer<Float>?, UnsafePointer<Float>?, Activation, UnsafeMutablePointer<Float>, Int
            ) -> Void,
        quantize: @escaping @Sendable (UnsafePointer<Float>, Float, Int32, Bool, UnsafeMutablePointer<UInt8>, Int) -> Void,
        dequantize: @escaping @Sendable (UnsafePointer<UInt8>, Bool, Float, Int32, UnsafeMutablePointer<Float>, Int) -> Void
    ) {
        self.dotProduct = dotProduct
        self.packedBytes = packedBytes
        self.packB = packB
        self.scratchBytes = scratchBytes
        self.multiply = multiply
        self.dequantizeSums = dequantizeSums
        self.quantize = quantize
        self.dequantize = dequantize
    }
}
