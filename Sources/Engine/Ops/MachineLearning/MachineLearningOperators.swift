/// Operators of classical machine learning, the domain "ai.onnx.ml".
enum MachineLearningOperators {
    static let all: [OperatorEntry] = [
        TreeEnsembleClassifier.entries, TreeEnsembleRegressor.entries,
    ].flatMap(\.self)
}
