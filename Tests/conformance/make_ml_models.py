"""Trains small models with scikit-learn, XGBoost and LightGBM, exports them to ONNX and writes each as a test case.

    make_ml_models.py DESTINATION [--only TEXT]

The layout of a case is that of export_cases.py; the expected outputs are those of ONNX Runtime. Models that an exporter
refuses are listed at the end and fail the script unless they are named in EXPECTED_REFUSALS.
"""
import argparse, json, pathlib, sys, warnings

import numpy as np
import onnx
import onnxruntime
from lightgbm import LGBMClassifier, LGBMRegressor
from onnx import numpy_helper
from onnx.defs import onnx_opset_version
from onnxmltools import convert_lightgbm, convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as ToolsFloat
from onnxmltools.convert.lightgbm.operator_converters.LightGbm import convert_lightgbm as lightgbm_converter
from onnxmltools.convert.xgboost.operator_converters.XGBoost import convert_xgboost as xgboost_converter
from skl2onnx import convert_sklearn, to_onnx, update_registered_converter
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, Int64TensorType, StringTensorType
from skl2onnx.common.shape_calculator import calculate_linear_classifier_output_shapes, calculate_linear_regressor_output_shapes
from sklearn import datasets
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.decomposition import PCA, IncrementalPCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import (
    AdaBoostClassifier, AdaBoostRegressor, BaggingClassifier, BaggingRegressor, ExtraTreesClassifier,
    ExtraTreesRegressor, GradientBoostingClassifier, GradientBoostingRegressor, HistGradientBoostingClassifier,
    HistGradientBoostingRegressor, IsolationForest, RandomForestClassifier, RandomForestRegressor, StackingClassifier,
    StackingRegressor, VotingClassifier, VotingRegressor)
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.feature_selection import SelectKBest, VarianceThreshold
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import (
    ARDRegression, BayesianRidge, ElasticNet, GammaRegressor, HuberRegressor, Lasso, LinearRegression, LogisticRegression,
    Perceptron, PoissonRegressor, QuantileRegressor, RANSACRegressor, Ridge, RidgeClassifier, SGDClassifier, SGDRegressor,
    TheilSenRegressor)
from sklearn.mixture import GaussianMixture
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier, MultiOutputRegressor
from sklearn.naive_bayes import BernoulliNB, ComplementNB, GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import (
    Binarizer, KBinsDiscretizer, MaxAbsScaler, MinMaxScaler, Normalizer, OneHotEncoder, OrdinalEncoder, PolynomialFeatures,
    PowerTransformer, QuantileTransformer, RobustScaler, StandardScaler)
from sklearn.svm import SVC, SVR, LinearSVC, LinearSVR, NuSVC, NuSVR, OneClassSVM
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from xgboost import XGBClassifier, XGBRegressor, XGBRFClassifier

EXPECTED_REFUSALS = set()
ROWS = 40
OPSET = {"": min(onnx_opset_version(), 21), "ai.onnx.ml": 3}

for model in (XGBClassifier, XGBRFClassifier):
    update_registered_converter(
        model, "Xgb" + model.__name__, calculate_linear_classifier_output_shapes, xgboost_converter,
        options={"nocl": [True, False], "zipmap": [True, False, "columns"], "raw_scores": [True, False]})
update_registered_converter(XGBRegressor, "XgbRegressor", calculate_linear_regressor_output_shapes, xgboost_converter)
update_registered_converter(
    LGBMClassifier, "LgbmClassifier", calculate_linear_classifier_output_shapes, lightgbm_converter,
    options={"nocl": [True, False], "zipmap": [True, False, "columns"], "raw_scores": [True, False]})
update_registered_converter(LGBMRegressor, "LgbmRegressor", calculate_linear_regressor_output_shapes, lightgbm_converter,
                            options={"split": None})


def data(loader):
    x, y = loader(return_X_y=True)
    return x.astype(np.float32), y


IRIS, WINE, CANCER, DIABETES = (data(l) for l in (
    datasets.load_iris, datasets.load_wine, datasets.load_breast_cancer, datasets.load_diabetes))
DIGITS = tuple(a[:600] for a in data(datasets.load_digits))
NAMES = np.array(["setosa", "versicolor", "virginica"])
IRIS_NAMES = (IRIS[0], NAMES[IRIS[1]])
CANCER_NAMES = (CANCER[0], np.array(["malignant", "benign"])[CANCER[1]])
ODD_LABELS = (CANCER[0], np.array([-1, 5])[CANCER[1]])
TWO_TARGETS = (DIABETES[0], np.stack([DIABETES[1], DIABETES[1] ** 0.5], axis=1))
COUNTS = (np.rint(np.abs(DIGITS[0])), DIGITS[1])


def with_gaps(pair, seed=0):
    x = pair[0].copy()
    x[np.random.default_rng(seed).random(x.shape) < 0.15] = np.nan
    return x, pair[1]


def numeric(estimator, pair, kind=FloatTensorType, opset=None, options=None):
    """A model over one matrix of numbers."""
    x, y = pair
    dtype = {FloatTensorType: np.float32, DoubleTensorType: np.float64, Int64TensorType: np.int64}[kind]
    x = x.astype(dtype)
    estimator.fit(x, y)
    model = convert_sklearn(estimator, initial_types=[("X", kind([None, x.shape[1]]))], target_opset=opset or OPSET, options=options)
    return model, {"X": x[:: max(1, len(x) // ROWS)][:ROWS]}


def plain(estimator, pair, **more):
    return numeric(estimator, pair, options={id(estimator): {"zipmap": False}}, **more)


def off_border(made):
    """Support vectors lie on the border, where rounding decides: rows a little beside them."""
    model, inputs = made
    return model, {name: x + np.float32(0.037) for name, x in inputs.items()}


def tools(convert, estimator, pair, **more):
    """A boosting model through the exporter of its own."""
    x, y = pair
    estimator.fit(x, y)
    return convert(estimator, initial_types=[("X", ToolsFloat([None, x.shape[1]]))], **more), {"X": x[:: max(1, len(x) // ROWS)][:ROWS]}


def table(final, with_missing=True):
    """A pipeline over columns of numbers, of text and of whole numbers."""
    rng = np.random.default_rng(7)
    n = 300
    age = rng.normal(40, 12, n).astype(np.float32)
    fare = rng.gamma(2, 20, n).astype(np.float32)
    city = rng.choice(["Bern", "Genève", "Zürich", "Chur"], n).astype(object)
    grade = rng.choice(["low", "mid", "high"], n).astype(object)
    floor = rng.integers(0, 5, n)
    y = (age + 20 * (city == "Bern") - fare / 3 + 5 * floor > 40).astype(np.int64)
    if with_missing:
        age[rng.random(n) < 0.2] = np.nan
    frame = np.empty((n, 5), dtype=object)
    for i, column in enumerate((age, fare, city, grade, floor)):
        frame[:, i] = column
    pipeline = Pipeline([
        ("columns", ColumnTransformer([
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), [0, 1]),
            ("city", OneHotEncoder(handle_unknown="ignore"), [2]),
            ("grade", OrdinalEncoder(categories=[["low", "mid", "high"]]), [3]),
            ("floor", OneHotEncoder(handle_unknown="ignore"), [4])])),
        ("model", final)]).fit(frame, y)
    types = [("age", FloatTensorType([None, 1])), ("fare", FloatTensorType([None, 1])), ("city", StringTensorType([None, 1])),
             ("grade", StringTensorType([None, 1])), ("floor", Int64TensorType([None, 1]))]
    model = convert_sklearn(pipeline, initial_types=types, target_opset=OPSET)
    city = city.copy()
    city[3] = "Nowhere"
    columns = (age, fare, city, grade, floor)
    return model, {name: c[:ROWS].reshape(-1, 1) for (name, _), c in zip(types, columns)}


def text(vectorizer, final):
    subjects = ["The cat sat on the mat", "A dog barked at the moon", "Cats and dogs rarely agree", "The moon is bright tonight",
                "Bright stars over the sea", "The sea is calm and wide", "Ships sail over a wide sea", "A cat watched the ships"]
    x = np.array([s + tail for tail in (".", "!", " again, again", "; so it is") for s in subjects])
    y = np.array([i % 2 for i in range(len(x))])
    pipeline = make_pipeline(vectorizer, final).fit(x, y)
    model = convert_sklearn(pipeline, initial_types=[("X", StringTensorType([None, 1]))], target_opset=OPSET,
                            options={type(vectorizer): {"locale": "C"}})
    return model, {"X": x.reshape(-1, 1).astype(object)}


def words(encoder):
    rng = np.random.default_rng(3)
    x = rng.choice(["red", "green", "blue", "grün"], (60, 2)).astype(object)
    encoder.fit(x)
    model = convert_sklearn(encoder, initial_types=[("X", StringTensorType([None, 2]))], target_opset=OPSET)
    return model, {"X": x[:ROWS]}


def few(x, y, classes=(0, 1)):
    keep = np.isin(y, classes)
    return x[keep], y[keep]


def boosted(cls, **more):
    return cls(n_estimators=25, max_depth=4, random_state=0, **more)


def lightgbm(cls, **more):
    return cls(n_estimators=25, num_leaves=15, random_state=0, verbose=-1, **more)


MODELS = {
    "tree_classifier": lambda: numeric(DecisionTreeClassifier(random_state=0), IRIS),
    "tree_classifier_binary": lambda: plain(DecisionTreeClassifier(max_depth=5, random_state=0), CANCER),
    "tree_classifier_names": lambda: numeric(DecisionTreeClassifier(max_depth=4, random_state=0), IRIS_NAMES),
    "tree_regressor": lambda: numeric(DecisionTreeRegressor(random_state=0), DIABETES),
    "tree_regressor_two_targets": lambda: numeric(DecisionTreeRegressor(max_depth=5, random_state=0), TWO_TARGETS),
    "tree_regressor_integers": lambda: numeric(DecisionTreeRegressor(max_depth=8, random_state=0), DIABETES, kind=Int64TensorType),
    "forest_classifier": lambda: plain(RandomForestClassifier(30, random_state=0), WINE),
    "forest_classifier_binary": lambda: numeric(RandomForestClassifier(30, random_state=0), CANCER),
    "forest_classifier_binary_names": lambda: plain(RandomForestClassifier(30, random_state=0), CANCER_NAMES),
    "forest_classifier_odd_labels": lambda: plain(RandomForestClassifier(20, random_state=0), ODD_LABELS),
    "forest_classifier_double": lambda: plain(RandomForestClassifier(20, random_state=0), WINE, kind=DoubleTensorType),
    "forest_classifier_integers": lambda: plain(RandomForestClassifier(20, random_state=0), COUNTS, kind=Int64TensorType),
    "forest_classifier_old_opset": lambda: plain(RandomForestClassifier(10, random_state=0), IRIS, opset={"": 11, "ai.onnx.ml": 1}),
    "forest_regressor": lambda: numeric(RandomForestRegressor(30, random_state=0), DIABETES),
    "forest_regressor_two_targets": lambda: numeric(RandomForestRegressor(10, max_depth=6, random_state=0), TWO_TARGETS),
    "extra_trees_classifier": lambda: numeric(ExtraTreesClassifier(20, random_state=0), DIGITS),
    "extra_trees_regressor": lambda: numeric(ExtraTreesRegressor(20, random_state=0), DIABETES),
    "gradient_boosting_classifier": lambda: numeric(GradientBoostingClassifier(n_estimators=20, random_state=0), IRIS),
    "gradient_boosting_classifier_binary": lambda: plain(GradientBoostingClassifier(n_estimators=20, random_state=0), CANCER),
    "gradient_boosting_regressor": lambda: numeric(GradientBoostingRegressor(n_estimators=40, random_state=0), DIABETES),
    "histogram_boosting_classifier": lambda: plain(HistGradientBoostingClassifier(max_iter=15, random_state=0), with_gaps(WINE)),
    "histogram_boosting_classifier_binary": lambda: plain(HistGradientBoostingClassifier(max_iter=15, random_state=0), with_gaps(CANCER)),
    "histogram_boosting_regressor": lambda: numeric(HistGradientBoostingRegressor(max_iter=15, random_state=0), with_gaps(DIABETES)),
    "ada_boost_classifier": lambda: plain(AdaBoostClassifier(n_estimators=10, random_state=0), IRIS),
    "ada_boost_regressor": lambda: numeric(AdaBoostRegressor(n_estimators=8, random_state=0), DIABETES),
    "bagging_classifier": lambda: plain(BaggingClassifier(DecisionTreeClassifier(max_depth=4), n_estimators=5, random_state=0), WINE),
    "bagging_regressor": lambda: numeric(BaggingRegressor(DecisionTreeRegressor(max_depth=4), n_estimators=5, random_state=0), DIABETES),
    "isolation_forest": lambda: numeric(IsolationForest(n_estimators=20, random_state=0), IRIS),
    "xgboost_classifier": lambda: plain(boosted(XGBClassifier), WINE),
    "xgboost_classifier_binary": lambda: plain(boosted(XGBClassifier), CANCER),
    "xgboost_classifier_missing": lambda: plain(boosted(XGBClassifier), with_gaps(CANCER)),
    "xgboost_classifier_tools": lambda: tools(convert_xgboost, boosted(XGBClassifier), IRIS),
    "xgboost_regressor": lambda: numeric(boosted(XGBRegressor), DIABETES),
    "xgboost_regressor_missing": lambda: tools(convert_xgboost, boosted(XGBRegressor, base_score=100.0), with_gaps(DIABETES)),
    "xgboost_poisson": lambda: tools(convert_xgboost, boosted(XGBRegressor, objective="count:poisson"), DIABETES),
    "xgboost_forest": lambda: plain(XGBRFClassifier(n_estimators=20, max_depth=4, random_state=0), WINE),
    "lightgbm_classifier": lambda: plain(lightgbm(LGBMClassifier), WINE),
    "lightgbm_classifier_binary": lambda: plain(lightgbm(LGBMClassifier), CANCER),
    "lightgbm_classifier_missing": lambda: tools(convert_lightgbm, lightgbm(LGBMClassifier), with_gaps(CANCER), zipmap=False),
    "lightgbm_regressor": lambda: numeric(lightgbm(LGBMRegressor), DIABETES),
    "lightgbm_regressor_missing": lambda: tools(convert_lightgbm, lightgbm(LGBMRegressor), with_gaps(DIABETES)),
    "lightgbm_categories": lambda: tools(
        convert_lightgbm, lightgbm(LGBMRegressor, min_child_samples=5), (np.rint(np.abs(DIABETES[0]) * 60).astype(np.float32), DIABETES[1])),
    "linear_regression": lambda: numeric(LinearRegression(), DIABETES),
    "linear_regression_two_targets": lambda: numeric(LinearRegression(), TWO_TARGETS),
    "linear_regression_double": lambda: numeric(LinearRegression(), DIABETES, kind=DoubleTensorType),
    "ridge": lambda: numeric(Ridge(), DIABETES),
    "lasso": lambda: numeric(Lasso(0.1), DIABETES),
    "elastic_net": lambda: numeric(ElasticNet(0.1), DIABETES),
    "bayesian_ridge": lambda: numeric(BayesianRidge(), DIABETES),
    "ard_regression": lambda: numeric(ARDRegression(), DIABETES),
    "huber": lambda: numeric(HuberRegressor(max_iter=500), DIABETES),
    "poisson": lambda: numeric(PoissonRegressor(), DIABETES),
    "gamma": lambda: numeric(GammaRegressor(), DIABETES),
    "quantile_regressor": lambda: numeric(QuantileRegressor(), DIABETES),
    "ransac": lambda: numeric(RANSACRegressor(random_state=0), DIABETES),
    "theil_sen": lambda: numeric(TheilSenRegressor(random_state=0, max_subpopulation=500), DIABETES),
    "sgd_regressor": lambda: numeric(make_pipeline(StandardScaler(), SGDRegressor(random_state=0)), DIABETES),
    "logistic_regression": lambda: numeric(make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)), IRIS),
    "logistic_regression_binary": lambda: numeric(make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)), CANCER_NAMES),
    "logistic_one_against_rest": lambda: plain(OneVsRestClassifier(LogisticRegression(max_iter=500)), IRIS),
    "logistic_one_against_one": lambda: plain(OneVsOneClassifier(LogisticRegression(max_iter=500)), IRIS),
    "ridge_classifier": lambda: plain(RidgeClassifier(), IRIS),
    "perceptron": lambda: plain(Perceptron(random_state=0), IRIS),
    "sgd_classifier": lambda: numeric(make_pipeline(StandardScaler(), SGDClassifier(loss="modified_huber", random_state=0)), IRIS),
    "sgd_classifier_log": lambda: numeric(make_pipeline(StandardScaler(), SGDClassifier(loss="log_loss", random_state=0)), CANCER),
    "linear_svc": lambda: numeric(LinearSVC(max_iter=5000), IRIS),
    "linear_svr": lambda: numeric(LinearSVR(max_iter=5000), DIABETES),
    "svc": lambda: plain(SVC(), IRIS),
    "svc_probability": lambda: plain(SVC(probability=True, random_state=0), IRIS),
    "svc_binary": lambda: plain(SVC(), CANCER),
    "svc_binary_probability": lambda: plain(SVC(probability=True, random_state=0), CANCER_NAMES),
    "svc_polynomial": lambda: plain(SVC(kernel="poly", degree=3), IRIS),
    "svc_sigmoid": lambda: numeric(make_pipeline(StandardScaler(), SVC(kernel="sigmoid")), IRIS),
    "svc_linear": lambda: plain(SVC(kernel="linear"), IRIS_NAMES),
    "nu_svc": lambda: plain(NuSVC(), IRIS),
    "svr": lambda: numeric(SVR(), DIABETES),
    "nu_svr": lambda: numeric(NuSVR(), DIABETES),
    "one_class_svm": lambda: off_border(numeric(OneClassSVM(), IRIS)),
    "calibrated": lambda: plain(CalibratedClassifierCV(LinearSVC(max_iter=5000), cv=3), CANCER),
    "nearest_classifier": lambda: plain(KNeighborsClassifier(5), IRIS),
    "nearest_classifier_weighted": lambda: plain(KNeighborsClassifier(4, weights="distance"), WINE),
    "nearest_regressor": lambda: numeric(KNeighborsRegressor(5), DIABETES),
    "gaussian_bayes": lambda: plain(GaussianNB(), IRIS),
    "multinomial_bayes": lambda: plain(MultinomialNB(), COUNTS),
    "bernoulli_bayes": lambda: plain(BernoulliNB(binarize=3.0), COUNTS),
    "complement_bayes": lambda: plain(ComplementNB(), COUNTS),
    "linear_discriminant": lambda: plain(LinearDiscriminantAnalysis(), IRIS),
    "quadratic_discriminant": lambda: plain(QuadraticDiscriminantAnalysis(), IRIS),
    "perceptron_layers": lambda: plain(MLPClassifier((20,), max_iter=200, random_state=0), DIGITS),
    "perceptron_layers_tanh": lambda: plain(MLPClassifier((10, 8), activation="tanh", max_iter=200, random_state=0), CANCER),
    "perceptron_layers_regressor": lambda: numeric(MLPRegressor(hidden_layer_sizes=(16,), max_iter=300, random_state=0), DIABETES),
    "gaussian_process": lambda: numeric(GaussianProcessRegressor(ConstantKernel() * RBF(), alpha=1.0), tuple(a[:60] for a in DIABETES), kind=DoubleTensorType),
    "gaussian_mixture": lambda: numeric(GaussianMixture(3, random_state=0), IRIS),
    "k_means": lambda: numeric(KMeans(3, n_init=3, random_state=0), IRIS),
    "k_means_batches": lambda: numeric(MiniBatchKMeans(3, n_init=3, random_state=0), IRIS),
    "voting_classifier": lambda: plain(VotingClassifier([("a", LogisticRegression(max_iter=500)), ("b", DecisionTreeClassifier(max_depth=3)), ("c", GaussianNB())], voting="soft", flatten_transform=False), IRIS),
    "voting_classifier_hard": lambda: plain(VotingClassifier([("a", LogisticRegression(max_iter=500)), ("b", DecisionTreeClassifier(max_depth=3))], flatten_transform=False), IRIS),
    "voting_regressor": lambda: numeric(VotingRegressor([("a", LinearRegression()), ("b", DecisionTreeRegressor(max_depth=3))]), DIABETES),
    "stacking_classifier": lambda: plain(StackingClassifier([("a", DecisionTreeClassifier(max_depth=3)), ("b", GaussianNB())], LogisticRegression()), IRIS),
    "stacking_regressor": lambda: numeric(StackingRegressor([("a", LinearRegression()), ("b", DecisionTreeRegressor(max_depth=3))]), DIABETES),
    "several_classifiers": lambda: numeric(MultiOutputClassifier(LogisticRegression(max_iter=500)), (IRIS[0], np.stack([IRIS[1], IRIS[1] % 2], axis=1))),
    "several_regressors": lambda: numeric(MultiOutputRegressor(Ridge()), TWO_TARGETS),
    "transformed_target": lambda: numeric(VotingRegressor([("a", BaggingRegressor(Ridge(), n_estimators=3, random_state=0))]), DIABETES),
    "standard_scaler": lambda: numeric(StandardScaler(), IRIS),
    "robust_scaler": lambda: numeric(RobustScaler(), IRIS),
    "minmax_scaler": lambda: numeric(MinMaxScaler(clip=True), IRIS),
    "maxabs_scaler": lambda: numeric(MaxAbsScaler(), IRIS),
    "normalizer_l1": lambda: numeric(Normalizer("l1"), IRIS),
    "normalizer_l2": lambda: numeric(Normalizer("l2"), IRIS),
    "normalizer_max": lambda: numeric(Normalizer("max"), IRIS),
    "binarizer": lambda: numeric(Binarizer(threshold=2.0), IRIS),
    "bins_ordinal": lambda: numeric(KBinsDiscretizer(4, encode="ordinal", quantile_method="averaged_inverted_cdf"), IRIS),
    "bins_one_hot": lambda: numeric(KBinsDiscretizer(4, encode="onehot-dense", quantile_method="averaged_inverted_cdf"), IRIS),
    "polynomial_features": lambda: numeric(PolynomialFeatures(2), IRIS),
    "power_transformer": lambda: numeric(PowerTransformer(), IRIS),
    "quantile_transformer": lambda: numeric(QuantileTransformer(n_quantiles=20), IRIS),
    "pca": lambda: numeric(PCA(2), IRIS),
    "pca_batches": lambda: numeric(IncrementalPCA(2), IRIS),
    "truncated_svd": lambda: numeric(TruncatedSVD(2, random_state=0), IRIS),
    "select_best": lambda: numeric(SelectKBest(k=2), IRIS),
    "variance_threshold": lambda: numeric(VarianceThreshold(0.2), IRIS),
    "feature_union": lambda: numeric(FeatureUnion([("a", StandardScaler()), ("b", PCA(2))]), IRIS),
    "imputer_mean": lambda: numeric(SimpleImputer(), with_gaps(IRIS)),
    "imputer_constant": lambda: numeric(SimpleImputer(strategy="constant", fill_value=-1.0), with_gaps(IRIS)),
    "imputer_nearest": lambda: numeric(KNNImputer(n_neighbors=3), with_gaps(IRIS)),
    "imputer_logistic": lambda: numeric(make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression(max_iter=500)), with_gaps(CANCER)),
    "one_hot_words": lambda: words(OneHotEncoder(handle_unknown="ignore")),
    "one_hot_words_dense": lambda: words(OneHotEncoder(sparse_output=False, drop="first")),
    "ordinal_words": lambda: words(OrdinalEncoder()),
    "table_logistic": lambda: table(LogisticRegression(max_iter=500)),
    "table_forest": lambda: table(RandomForestClassifier(20, random_state=0)),
    "table_boosting": lambda: table(GradientBoostingClassifier(n_estimators=20, random_state=0)),
    "table_svc": lambda: table(SVC(probability=True, random_state=0)),
    "text_counts": lambda: text(CountVectorizer(), MultinomialNB()),
    "text_counts_pairs": lambda: text(CountVectorizer(ngram_range=(1, 2)), LogisticRegression()),
    "text_tfidf": lambda: text(TfidfVectorizer(), LogisticRegression()),
    "text_tfidf_stop_words": lambda: text(TfidfVectorizer(stop_words=["the", "a", "is"], ngram_range=(1, 2)), LogisticRegression()),
    "text_tfidf_characters": lambda: text(TfidfVectorizer(analyzer="char", ngram_range=(1, 3)), LogisticRegression()),
}


def from_map(value, name):
    """A MapProto; numpy_helper has none for text as keys."""
    proto = onnx.MapProto(name=name)
    if isinstance(next(iter(value)), str):
        proto.key_type = onnx.TensorProto.STRING
        proto.string_keys.extend(key.encode() for key in value)
    else:
        proto.key_type = onnx.TensorProto.INT64
        proto.keys.extend(value)
    proto.values.name = name
    proto.values.elem_type = onnx.SequenceProto.TENSOR
    proto.values.tensor_values.extend(numpy_helper.from_array(np.float32(v)) for v in value.values())
    return proto


def serialise(value, name):
    if isinstance(value, list):
        proto = onnx.SequenceProto(name=name)
        if isinstance(value[0], dict):
            proto.elem_type = onnx.SequenceProto.MAP
            proto.map_values.extend(from_map(entry, name) for entry in value)
        else:
            proto.elem_type = onnx.SequenceProto.TENSOR
            proto.tensor_values.extend(numpy_helper.from_array(np.asarray(entry)) for entry in value)
        return proto.SerializeToString()
    return numpy_helper.from_array(np.asarray(value), name).SerializeToString()


def write(folder, name, model, inputs, outputs):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    for kind, values in (("input", inputs), ("output", outputs)):
        for i, (port, value) in enumerate(values):
            (folder / f"{kind}_{i}.pb").write_bytes(serialise(value, port.name))
    # What cancels loses digits in proportion to the largest numbers around.
    largest = max((np.nanmax(np.abs(v)) for _, v in outputs if isinstance(v, np.ndarray) and v.dtype.kind == "f" and v.size), default=1.0)
    (folder / "meta.json").write_text(json.dumps({"name": name, "kind": "ml", "rtol": 1e-4, "atol": 1e-5 * max(1.0, float(largest))}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("destination", type=pathlib.Path)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    onnxruntime.set_default_logger_severity(4)
    refused, made = {}, 0
    for name, make in MODELS.items():
        if options.only not in name:
            continue
        try:
            model, inputs = make()
            session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
            outputs = session.run(None, inputs)
        except Exception as error:
            refused[name] = f"{type(error).__name__}: {str(error).splitlines()[0][:160]}"
            continue
        write(options.destination / name, name, model, [(port, inputs[port.name]) for port in session.get_inputs()],
              list(zip(session.get_outputs(), outputs)))
        made += 1
    for name, reason in refused.items():
        print(f"refused {name}: {reason}", file=sys.stderr)
    print(f"{made} models written, {len(refused)} refused")
    return 1 if set(refused) - EXPECTED_REFUSALS else 0


if __name__ == "__main__":
    sys.exit(main())
