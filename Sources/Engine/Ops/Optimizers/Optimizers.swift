/// Steps of training that a model may contain.
enum Optimizers {
    static let all: [OperatorEntry] = Adam.all + Adagrad.all + Momentum.all
}
