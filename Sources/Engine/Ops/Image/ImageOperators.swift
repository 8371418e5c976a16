/// Operators that sample and rearrange images.
enum ImageOperators {
    static let all: [OperatorEntry] = Resize.entries + BlockRearrangement.entries + AffineGrid.entries + GridSample.entries
        + ImageDecoder.entries
}
