public import KernelTable

/// This module's kernels. The caller must have checked that the CPU runs the instruction set this module was built for.
public func makeKernelTable(_ instructionSet: InstructionSet) -> KernelTable {
    KernelTable(
        instructionSet: instructionSet, lanes: lanes, gemm: makeGemmKernels(), unary: makeUnaryKernels(),
        binary: makeBinaryKernels(), rows: makeRowKernels())
}
