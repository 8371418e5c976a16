/// Attention and what goes with it.
enum AttentionOperators {
    static let all: [OperatorEntry] = Attention.entries + RotaryEmbedding.entries + LinearAttention.entries
        + MultiHeadAttention.entries + ProjectedAttention.entries + GroupQueryAttention.entries + FlexAttention.entries
}
