/// Operators that compute each element from the elements at its place.
enum Elementwise {
    static let all: [OperatorEntry] =
        Exponential.all + Trigonometric.all + SignAndRounding.all + Rectifiers.all + Sigmoids.all + Gelu.all + Arithmetic.all
        + Pow.all + Variadic.all + PRelu.all + SwiGLU.all + Clip.all + Where.all + BiasedActivations.all + BiasAdd.all
        + BiasSplitGelu.all + ImageScaler.all
}
