/// Operators that look at or change the shape of a tensor, and move its elements accordingly.
enum ShapeOperators {
    static let all: [OperatorEntry] = [
        CenterCropPad.entries, Concat.entries, Expand.entries, Flatten.entries, Pad.entries, Reshape.entries,
        ReverseSequence.entries, ShapeOf.entries, SizeOf.entries, Slice.entries, Split.entries, Squeeze.entries,
        Tile.entries, Transpose.entries, Unsqueeze.entries,
    ].flatMap(\.self)
}
