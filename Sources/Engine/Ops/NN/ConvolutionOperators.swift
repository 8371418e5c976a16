/// Convolutions and their parts.
enum ConvolutionOperators {
    static let all: [OperatorEntry] =
        Convolution.entries + TransposedConvolution.entries + ColumnsToImage.entries + IntegerConvolution.entries
        + QLinearConvolution.entries + CausalConvolution.entries + DeformableConvolution.entries
}
