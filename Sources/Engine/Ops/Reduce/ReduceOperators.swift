/// Operators that fold a tensor along axes.
enum ReduceOperators {
    static let all: [OperatorEntry] = ReduceOperation.all + ArgReduction.all + Cumulations.all + Hardmax.all
}
