"""Trains small models with XGBoost, LightGBM and scikit-learn, saves them in the libraries' own formats and writes each as
a test case whose expected output is the library's own prediction.

    make_native_models.py DESTINATION [--only TEXT]

The layout of a case is that of export_cases.py, with model.json, model.ubj or model.txt in place of model.onnx.
"""
import argparse, json, pathlib, sys, warnings

import lightgbm
import numpy as np
import onnx
import xgboost
from onnx import numpy_helper
from sklearn import datasets
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler

ROWS = 60
RNG = np.random.default_rng(5)


def data(loader):
    x, y = loader(return_X_y=True)
    return x.astype(np.float32), y.astype(np.float32)


IRIS, WINE, CANCER, DIABETES = (data(l) for l in (
    datasets.load_iris, datasets.load_wine, datasets.load_breast_cancer, datasets.load_diabetes))
POSITIVE = (DIABETES[0], DIABETES[1] / 50)


def with_gaps(pair):
    x = pair[0].copy()
    x[np.random.default_rng(0).random(x.shape) < 0.15] = np.nan
    return x, pair[1]


def with_zeros(pair):
    x = pair[0].copy()
    x[np.random.default_rng(0).random(x.shape) < 0.3] = 0
    return x, pair[1]


def categorical(classes=40):
    n = 600
    rng = np.random.default_rng(1)
    c = rng.integers(0, classes, (n, 2)).astype(np.float32)
    x = np.concatenate([c, rng.normal(size=(n, 3)).astype(np.float32)], axis=1)
    y = (np.sin(c[:, 0]) * 3 + (c[:, 1] % 7) + x[:, 2]).astype(np.float32)
    return x, y


def odd_rows(x):
    """Rows that training never saw: missing, infinite, huge, negative and fractional values."""
    extra = np.tile(x[:8], (2, 1)).copy()
    for i, value in enumerate([np.nan, np.inf, -np.inf, 1e30, -1, -0.5, 0.5, 0, -0.0, 1e-36, 3.7, 500, 39.9, -3, 2, 1e-45]):
        extra[i, i % x.shape[1]] = value
    return np.concatenate([x[:: max(1, len(x) // ROWS)][:ROWS], extra])


def xgb(pair, rounds=12, kind="json", extra=True, labels=None, **params):
    x, y = pair
    types = params.pop("feature_types", None)
    matrix = xgboost.DMatrix(x, label=labels if labels is not None else y, feature_types=types, enable_categorical=types is not None)
    if params.get("objective") == "survival:aft":
        matrix.set_float_info("label_lower_bound", y)
        matrix.set_float_info("label_upper_bound", y)
    if str(params.get("objective", "")).startswith("rank"):
        matrix.set_group([len(x)])
    booster = xgboost.train({"max_depth": 4, "nthread": 1, "seed": 1, **params}, matrix, rounds)
    rows = odd_rows(x) if extra else x[:ROWS]
    # The library takes no infinite values.
    rows = rows[~np.isinf(rows).any(axis=1)]
    if types is not None:
        # The library refuses categories that training never saw.
        rows = rows[np.isfinite(rows).all(axis=1) & (rows[:, :2] >= 0).all(axis=1) & (rows[:, :2] < x[:, :2].max()).all(axis=1)]
    expected = booster.predict(xgboost.DMatrix(rows, feature_types=types, enable_categorical=types is not None, missing=np.nan)) if extra else booster.predict(xgboost.DMatrix(rows))
    return bytes(booster.save_raw(kind)), "model." + ("json" if kind == "json" else "ubj"), rows, expected, 2e-7


def lgb(pair, rounds=12, extra=True, **params):
    x, y = pair
    options = {k: params.pop(k) for k in ("categorical_feature",) if k in params}
    groups = [len(x)] if params.get("objective") in ("lambdarank", "rank_xendcg") else None
    booster = lightgbm.train(
        {"num_leaves": 12, "verbose": -1, "num_threads": 1, "seed": 1, "min_data_in_leaf": 5, **params},
        lightgbm.Dataset(x.astype(np.float64), label=y, group=groups, **options), rounds)
    rows = (odd_rows(x) if extra else x[:ROWS]).astype(np.float64)
    return booster.model_to_string().encode(), "model.txt", rows, booster.predict(rows), 1e-13


def layers(model, pair, scaler=False, labels=None):
    x, y = pair
    scale = StandardScaler().fit(x) if scaler else None
    inner = scale.transform(x) if scaler else x
    model.fit(inner, labels if labels is not None else y)
    classifier = hasattr(model, "classes_")
    if hasattr(model, "coefs_"):
        weights, biases = [w.T for w in model.coefs_], model.intercepts_
        activations = [{"logistic": "sigmoid"}.get(model.activation, model.activation)] * (len(weights) - 1)
        activations.append({"logistic": "sigmoid"}.get(model.out_activation_, model.out_activation_))
    else:
        weights, biases = [np.atleast_2d(model.coef_)], [np.atleast_1d(model.intercept_)]
        activations = ["identity" if not classifier else "sigmoid" if len(model.classes_) == 2 else "softmax"]
    document = {"format": "martlet.layers/1", "input": {"features": x.shape[1]}, "layers": [
        {"weights": w.tolist(), "bias": b.tolist(), "activation": a} for w, b, a in zip(weights, biases, activations)]}
    if scaler:
        document["scaling"] = {"mean": scale.mean_.tolist(), "scale": scale.scale_.tolist()}
    rows = x[:: max(1, len(x) // ROWS)][:ROWS]
    inner = scale.transform(rows) if scaler else rows
    if not classifier:
        return json.dumps(document).encode(), "model.json", rows, model.predict(inner).reshape(len(rows), -1).astype(np.float32), 1e-4
    document["output"] = {"labels": model.classes_.tolist()}
    scores = model.predict_proba(inner).astype(np.float32)
    if len(model.classes_) == 2:
        scores = scores[:, 1:]
    label = model.predict(inner)
    return json.dumps(document).encode(), "model.json", rows, [scores, label.astype(object) if label.dtype.kind == "U" else label.astype(np.int64)], 1e-4


NAMES = np.array(["setosa", "versicolor", "virginica"])
MODELS = {
    "xgboost_squared_error": lambda: xgb(DIABETES),
    "xgboost_squared_error_ubj": lambda: xgb(DIABETES, kind="ubj"),
    "xgboost_missing": lambda: xgb(with_gaps(DIABETES)),
    "xgboost_absolute_error": lambda: xgb(DIABETES, objective="reg:absoluteerror"),
    "xgboost_pseudo_huber": lambda: xgb(DIABETES, objective="reg:pseudohubererror"),
    "xgboost_squared_log": lambda: xgb(POSITIVE, objective="reg:squaredlogerror"),
    "xgboost_quantile": lambda: xgb(DIABETES, objective="reg:quantileerror", quantile_alpha=0.7),
    "xgboost_quantiles": lambda: xgb(DIABETES, objective="reg:quantileerror", quantile_alpha=[0.2, 0.5, 0.9]),
    "xgboost_logistic": lambda: xgb(CANCER, objective="binary:logistic"),
    "xgboost_logistic_ubj": lambda: xgb(with_gaps(CANCER), objective="binary:logistic", kind="ubj"),
    "xgboost_logistic_base_score": lambda: xgb(CANCER, objective="binary:logistic", base_score=0.3),
    "xgboost_raw_logistic": lambda: xgb(CANCER, objective="binary:logitraw"),
    "xgboost_regression_logistic": lambda: xgb(CANCER, objective="reg:logistic"),
    "xgboost_hinge": lambda: xgb(CANCER, objective="binary:hinge"),
    "xgboost_poisson": lambda: xgb(POSITIVE, objective="count:poisson"),
    "xgboost_gamma": lambda: xgb(POSITIVE, objective="reg:gamma"),
    "xgboost_tweedie": lambda: xgb(POSITIVE, objective="reg:tweedie"),
    "xgboost_cox": lambda: xgb(POSITIVE, objective="survival:cox"),
    "xgboost_survival": lambda: xgb(POSITIVE, objective="survival:aft"),
    "xgboost_softmax": lambda: xgb(WINE, objective="multi:softmax", num_class=3),
    "xgboost_softprob": lambda: xgb(WINE, objective="multi:softprob", num_class=3),
    "xgboost_softprob_ubj": lambda: xgb(IRIS, objective="multi:softprob", num_class=3, kind="ubj"),
    "xgboost_rank": lambda: xgb(IRIS, objective="rank:ndcg"),
    "xgboost_dart": lambda: xgb(DIABETES, booster="dart", rate_drop=0.3),
    "xgboost_dart_softprob": lambda: xgb(WINE, booster="dart", rate_drop=0.3, objective="multi:softprob", num_class=3),
    "xgboost_linear": lambda: xgb(DIABETES, booster="gblinear", extra=False),
    "xgboost_linear_softprob": lambda: xgb(IRIS, booster="gblinear", objective="multi:softprob", num_class=3, extra=False),
    "xgboost_forest": lambda: xgb(DIABETES, rounds=1, num_parallel_tree=20, subsample=0.7, colsample_bynode=0.7, learning_rate=1),
    "xgboost_two_targets": lambda: xgb(DIABETES, labels=np.stack([DIABETES[1], DIABETES[1] ** 0.5], axis=1)),
    "xgboost_vector_leaves": lambda: xgb(DIABETES, labels=np.stack([DIABETES[1], DIABETES[1] ** 0.5], axis=1), multi_strategy="multi_output_tree"),
    "xgboost_categories": lambda: xgb(categorical(), feature_types=["c", "c", "q", "q", "q"], max_cat_to_onehot=4),
    "xgboost_categories_one_hot": lambda: xgb(categorical(6), feature_types=["c", "c", "q", "q", "q"], max_cat_to_onehot=10, kind="ubj"),
    "xgboost_lossguide": lambda: xgb(DIABETES, grow_policy="lossguide", max_leaves=20, max_depth=0),
    "xgboost_exact": lambda: xgb(DIABETES, tree_method="exact"),
    "lightgbm_regression": lambda: lgb(DIABETES),
    "lightgbm_sqrt": lambda: lgb(DIABETES, reg_sqrt=True),
    "lightgbm_missing": lambda: lgb(with_gaps(DIABETES)),
    "lightgbm_zero_as_missing": lambda: lgb(with_zeros(DIABETES), zero_as_missing=True),
    "lightgbm_no_missing": lambda: lgb(with_gaps(DIABETES), use_missing=False),
    "lightgbm_l1": lambda: lgb(DIABETES, objective="regression_l1"),
    "lightgbm_huber": lambda: lgb(DIABETES, objective="huber"),
    "lightgbm_fair": lambda: lgb(DIABETES, objective="fair"),
    "lightgbm_quantile": lambda: lgb(DIABETES, objective="quantile", alpha=0.8),
    "lightgbm_mape": lambda: lgb(POSITIVE, objective="mape"),
    "lightgbm_poisson": lambda: lgb(POSITIVE, objective="poisson"),
    "lightgbm_gamma": lambda: lgb(POSITIVE, objective="gamma"),
    "lightgbm_tweedie": lambda: lgb(POSITIVE, objective="tweedie"),
    "lightgbm_binary": lambda: lgb(CANCER, objective="binary"),
    "lightgbm_binary_slope": lambda: lgb(with_gaps(CANCER), objective="binary", sigmoid=2.5),
    "lightgbm_multiclass": lambda: lgb(WINE, objective="multiclass", num_class=3),
    "lightgbm_one_against_all": lambda: lgb(WINE, objective="multiclassova", num_class=3),
    "lightgbm_cross_entropy": lambda: lgb(CANCER, objective="cross_entropy"),
    "lightgbm_cross_entropy_lambda": lambda: lgb(CANCER, objective="cross_entropy_lambda"),
    "lightgbm_rank": lambda: lgb(IRIS, objective="lambdarank"),
    "lightgbm_dart": lambda: lgb(DIABETES, boosting="dart"),
    "lightgbm_forest": lambda: lgb(DIABETES, boosting="rf", bagging_freq=1, bagging_fraction=0.7),
    "lightgbm_forest_binary": lambda: lgb(CANCER, boosting="rf", bagging_freq=1, bagging_fraction=0.7, objective="binary"),
    "lightgbm_categories": lambda: lgb(categorical(), categorical_feature=[0, 1], max_cat_to_onehot=2),
    "lightgbm_categories_one_hot": lambda: lgb(categorical(6), categorical_feature=[0, 1], max_cat_to_onehot=10),
    "lightgbm_linear_trees": lambda: lgb(DIABETES, linear_tree=True),
    "lightgbm_stump": lambda: lgb((DIABETES[0], np.ones(len(DIABETES[0]))), rounds=2),
    "layers_ridge": lambda: layers(Ridge(), DIABETES),
    "layers_logistic": lambda: layers(LogisticRegression(max_iter=500), IRIS, scaler=True),
    "layers_logistic_binary": lambda: layers(LogisticRegression(max_iter=500), CANCER, scaler=True, labels=np.array(["bad", "good"])[CANCER[1].astype(int)]),
    "layers_perceptron": lambda: layers(MLPClassifier((12, 8), activation="tanh", max_iter=200, random_state=0), IRIS, scaler=True, labels=NAMES[IRIS[1].astype(int)]),
    "layers_perceptron_relu": lambda: layers(MLPClassifier((16,), max_iter=200, random_state=0), CANCER, scaler=True),
    "layers_perceptron_logistic": lambda: layers(MLPRegressor(hidden_layer_sizes=(10,), activation="logistic", max_iter=300, random_state=0), DIABETES, scaler=True),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("destination", type=pathlib.Path)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    failed, made = {}, 0
    for name, make in MODELS.items():
        if options.only not in name:
            continue
        try:
            content, file_name, rows, expected, tolerance = make()
        except Exception as error:
            failed[name] = f"{type(error).__name__}: {str(error).splitlines()[0][:200]}"
            continue
        folder = options.destination / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / file_name).write_bytes(content)
        (folder / "input_0.pb").write_bytes(numpy_helper.from_array(rows).SerializeToString())
        outputs = expected if isinstance(expected, list) else [expected]
        for i, output in enumerate(outputs):
            (folder / f"output_{i}.pb").write_bytes(numpy_helper.from_array(np.asarray(output)).SerializeToString())
        (folder / "meta.json").write_text(json.dumps({"name": name, "kind": "native", "rtol": tolerance, "atol": 0 if tolerance < 1e-5 else 1e-4}))
        made += 1
    for name, reason in failed.items():
        print(f"failed {name}: {reason}", file=sys.stderr)
    print(f"{made} models written, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
