/// Operators of classical machine learning, the domain "ai.onnx.ml".
enum MachineLearningOperators {
    static let all: [OperatorEntry] = [
        ArrayFeatureExtractor.entries, Binarizer.entries, CastMap.entries, CategoryMap.entries, DictVectorizer.entries,
        FeatureVectorizer.entries, Imputer.entries, LabelEncoder.entries, LinearClassifier.entries, LinearRegressor.entries,
        Normalizer.entries, OneHotEncoder.entries, SVMClassifier.entries, SVMRegressor.entries, Scaler.entries,
        TreeEnsembleClassifier.entries, TreeEnsembleRegressor.entries, ZipMap.entries,
    ].flatMap(\.self)
}
