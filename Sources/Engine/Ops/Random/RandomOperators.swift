/// Operators whose answers differ from run to run.
enum RandomOperators {
    static let all: [OperatorEntry] = RandomTensor.all + Bernoulli.all + Multinomial.all + Dropout.all
}
