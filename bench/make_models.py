"""Trains the tree and linear models that the engine is measured on, on random numbers: make_models.py DESTINATION.

Sizes are those that such models have in service: a hundred to five hundred trees, thirty features.
"""
import pathlib, sys

import numpy as np
from lightgbm import LGBMRegressor
from onnxmltools import convert_lightgbm, convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as ToolsFloat
from skl2onnx import to_onnx
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBRegressor

FEATURES = 30


def main():
    destination = pathlib.Path(sys.argv[1])
    generator = np.random.default_rng(0)
    x = generator.standard_normal((4000, FEATURES)).astype(np.float32)
    signal = x[:, 0] * x[:, 1] + np.sin(3 * x[:, 2]) + x[:, 3:9].sum(1) + generator.standard_normal(4000) / 2
    y = signal.astype(np.float32)
    classes = np.digitize(signal, np.quantile(signal, [1 / 3, 2 / 3]))
    # Exported for every row apart, and without maps: the same work for both engines.
    plain = {"zipmap": False}

    def sklearn(model, target, options=None):
        return to_onnx(model.fit(x, target), x[:1], options=options and {id(model): options}, target_opset={"": 18, "ai.onnx.ml": 3})

    given = [("input", ToolsFloat([None, FEATURES]))]
    models = {
        "trees/xgboost_500x6": lambda: convert_xgboost(XGBRegressor(n_estimators=500, max_depth=6).fit(x, y), initial_types=given),
        "trees/xgboost_100x8": lambda: convert_xgboost(XGBRegressor(n_estimators=100, max_depth=8).fit(x, y), initial_types=given),
        "trees/lightgbm_300x31": lambda: convert_lightgbm(
            LGBMRegressor(n_estimators=300, num_leaves=31, verbose=-1).fit(x, y), initial_types=given, zipmap=False),
        "trees/forest_classifier_100": lambda: sklearn(RandomForestClassifier(100, max_depth=10, random_state=0), classes, plain),
        "trees/forest_regressor_200": lambda: sklearn(RandomForestRegressor(200, max_depth=8, random_state=0), y),
        "trees/boosting_classifier_50": lambda: sklearn(GradientBoostingClassifier(n_estimators=50, random_state=0), classes, plain),
        "linear/linear_regression": lambda: sklearn(LinearRegression(), y),
        "linear/logistic_regression": lambda: sklearn(LogisticRegression(max_iter=1000), classes, plain),
        "linear/scaled_perceptron_64": lambda: to_onnx(
            (model := make_pipeline(StandardScaler(), MLPClassifier((64, 64), max_iter=30, random_state=0))).fit(x, classes), x[:1],
            options={id(model): plain}, target_opset={"": 18, "ai.onnx.ml": 3}),
    }
    for name, make in models.items():
        path = destination / f"{name}.onnx"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(make().SerializeToString())


main()
