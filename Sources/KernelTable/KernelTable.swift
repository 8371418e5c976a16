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

    public init(
        instructionSet: InstructionSet, lanes: Int, gemm: GemmKernels, unary: UnaryKernels, binary: BinaryKernels, rows: RowKernels
    ) {
        self.instructionSet = instructionSet
        self.lanes = lanes
        self.gemm = gemm
        self.unary = unary
        self.binary = binary
        self.rows = rows
    }
}
