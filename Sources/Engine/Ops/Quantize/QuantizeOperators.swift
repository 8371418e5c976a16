/// Operators between floats and scaled integers, and those on scaled integers.
enum QuantizeOperators {
    static let all: [OperatorEntry] =
        QuantizeLinear.all + DequantizeLinear.all + DynamicQuantizeLinear.all + QuantizedUnary.all + QuantizedBinary<Addition>.all
        + QLinearConcat.all + QLinearWhere.all + MulInteger.all + ReduceSumInteger.all
}
