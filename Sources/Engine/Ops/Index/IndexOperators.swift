/// Operators that take, write or search elements by position.
enum IndexOperators {
    static let all: [OperatorEntry] = [
        Compress.entries, Gather.entries, GatherElements.entries, GatherND.entries, NonZero.entries, OneHot.entries,
        ScatterElements.entries, ScatterND.entries, TensorScatter.entries, TopK.entries, Unique.entries,
    ].flatMap(\.self)
}
