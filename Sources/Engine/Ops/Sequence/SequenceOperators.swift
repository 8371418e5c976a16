/// Operators on sequences and optionals.
enum SequenceOperators {
    static let all: [OperatorEntry] = []
}
