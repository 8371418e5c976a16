/// Every kernel of one instruction set. Immutable; any thread may call any kernel at any time.
///
/// Kernels check nothing: callers have checked sizes and pointers. No kernel allocates, locks or keeps anything between calls.
public final class KernelTable: Sendable {
    public let instructionSet: InstructionSet
    /// Floats in one vector register.
    public let lanes: Int
    public let gemm: GemmKernels
    public let unary: UnaryKernels
    public let binary: BinaryKernels
    public let rows: RowKernels
    public let convolution: ConvolutionKernels
    public let pooling: PoolingKernels
    public let layout: LayoutKernels
    public let integer: IntegerKernels
    public let blockQuantized: BlockQuantizedKernels
    public let conversion: ConversionKernels
    public let recurrent: RecurrentKernels
    public let attention: AttentionKernels

    public init(
        instructionSet: InstructionSet, lanes: Int, gemm: GemmKernels, unary: UnaryKernels, binary: BinaryKernels, rows: RowKernels,
        convolution: ConvolutionKernels, pooling: PoolingKernels, layout: LayoutKernels, integer: IntegerKernels,
        blockQuantized: BlockQuantizedKernels, conversion: ConversionKernels, recurrent: RecurrentKernels,
        attention: AttentionKernels
    ) {
        self.instructionSet = instructionSet
        self.lanes = lanes
        self.gemm = gemm
        self.unary = unary
        self.binary = binary
        self.rows = rows
        self.convolution = convolution
        self.pooling = pooling
        self.layout = layout
        self.integer = integer
        self.blockQuantized = blockQuantized
        self.conversion = conversion
        self.recurrent = recurrent
        self.attention = attention
    }
}
