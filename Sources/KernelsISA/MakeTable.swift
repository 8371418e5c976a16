public import KernelTable

/// This module's kernels.
///
/// - Parameters:
///   - instructionSet: the one this module was built for. The caller has checked that the CPU has it.
///   - hasByteDot: whether the CPU has AVX-512 VNNI as well; without meaning below AVX-512.
public func makeKernelTable(_ instructionSet: InstructionSet, hasByteDot: Bool) -> KernelTable {
    KernelTable(
        instructionSet: instructionSet, lanes: lanes, gemm: makeGemmKernels(), unary: makeUnaryKernels(),
        binary: makeBinaryKernels(), rows: makeRowKernels(), convolution: makeConvolutionKernels(), pooling: makePoolingKernels(),
        layout: makeLayoutKernels(), integer: makeIntegerKernels(hasByteDot: hasByteDot),
        blockQuantized: makeBlockQuantizedKernels(), conversion: makeConversionKernels(),
        recurrent: makeRecurrentKernels(), attention: makeAttentionKernels())
}
