/// Operators that scale by statistics of their input.
enum NormalizationOperators {
    static let all: [OperatorEntry] =
        Softmax.entries + LayerNormalization.entries + SkipLayerNormalization.entries + EmbedLayerNormalization.entries
        + GroupNormalization.entries + ChannelsLastGroupNormalization.entries + BatchNormalization.entries + LpNormalization.entries
        + MeanVarianceNormalization.entries + LocalResponseNormalization.entries
}
