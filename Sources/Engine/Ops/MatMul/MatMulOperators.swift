/// Matrix products.
enum MatMulOperators {
    static let all: [OperatorEntry] =
        MatMul.entries + Gemm.entries + Einsum.entries + MatMulInteger.entries + QLinearMatMul.entries + QGemm.entries
        + MatMulIntegerToFloat.entries + MatMulNBits.entries
}
