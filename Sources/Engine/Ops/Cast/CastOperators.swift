/// Operators that give elements another type.
enum CastOperators {
    static let all: [OperatorEntry] = Cast.all + BitCast.all
}
