/// Operators of object detectors.
enum DetectionOperators {
    static let all: [OperatorEntry] = NonMaxSuppression.entries
}
