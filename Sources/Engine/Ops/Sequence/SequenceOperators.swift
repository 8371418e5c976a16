/// Operators on sequences and optionals.
enum SequenceOperators {
    static let all: [OperatorEntry] = [
        SequenceConstruct.entry,
        SequenceEmpty.entry,
        SequenceInsert.entry,
        SequenceErase.entry,
        SequenceAt.entry,
        SequenceLength.entry,
        ConcatFromSequence.entry,
        SplitToSequence.entry,
        OptionalConstruct.entry,
        OptionalGetElement.entry,
        OptionalHasElement.entry,
    ]
}
