/// Operators on the matrices of the last two axes, products aside.
enum MatrixOperators {
    static let all: [OperatorEntry] = Trilu.all + Det.all + Inverse.all
}
