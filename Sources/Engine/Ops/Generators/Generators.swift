/// Operators that make tensors from little more than a shape.
enum Generators {
    static let all: [OperatorEntry] = RangeOperation.all + ConstantOfShape.all + EyeLike.all
}
