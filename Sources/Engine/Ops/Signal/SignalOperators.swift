/// Operators of signal processing.
enum SignalOperators {
    static let all: [OperatorEntry] = [
        DiscreteFourierTransform.entries, MelWeightMatrix.entries, ShortTimeFourierTransform.entries,
        WindowFunction.entries,
    ].flatMap(\.self)
}
