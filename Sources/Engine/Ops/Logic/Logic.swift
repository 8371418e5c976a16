/// Operators over truth values and bits, and those that give truth values.
enum Logic {
    static let all: [OperatorEntry] = Comparisons.all + BooleanLogic.all + Bitwise.all + FloatClass.all
}
