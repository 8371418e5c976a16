"""Trains the example models on scikit-learn's own data sets and writes them, with golden requests, as a repository.

    train.py [DESTINATION]        default: the folder `models` beside this file

Same library versions, same bytes: every random state is fixed.
"""
import json, pathlib, sys

import numpy as np
import onnxruntime
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

DATATYPES = {"float32": "FP32", "float64": "FP64", "int64": "INT64", "int32": "INT32"}


def tensor(array):
    return {"datatype": DATATYPES[str(array.dtype)], "shape": list(array.shape), "data": array.ravel().tolist()}


def write(root, name, estimator, data, input_name, classifier):
    train_x, test_x, train_y, test_y = train_test_split(
        data.data.astype(np.float32), data.target, random_state=0, test_size=0.25)
    estimator.fit(train_x, train_y)
    options = {id(estimator): {"zipmap": False}} if classifier else None
    model = to_onnx(
        estimator, initial_types=[(input_name, FloatTensorType([None, train_x.shape[1]]))], options=options,
        target_opset={"": 18, "ai.onnx.ml": 3})
    model.producer_version = ""
    folder = root / name / "1"
    (folder / "golden").mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString())

    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    for rows in (1, 3):
        request = np.ascontiguousarray(test_x[:rows])
        answers = session.run(None, {input_name: request})
        golden = {
            "inputs": {input_name: tensor(request)},
            "outputs": {o.name: tensor(a) for o, a in zip(session.get_outputs(), answers)},
            "tolerance": 1e-4,
        }
        (folder / "golden" / f"rows-{rows}.json").write_text(json.dumps(golden) + "\n")
    print(f"{name}: score {estimator.score(test_x, test_y):.3f}, {(folder / 'model.onnx').stat().st_size:,} bytes")


def write_triage(root):
    """Golden requests of the ensemble `cancer-triage`, whose steps are in its model.yaml."""
    folder = root / "cancer-triage" / "1" / "golden"
    folder.mkdir(parents=True, exist_ok=True)
    session = onnxruntime.InferenceSession(root / "cancer-forest" / "1" / "model.onnx", providers=["CPUExecutionProvider"])
    request = load_breast_cancer().data[:12].astype(np.float32)
    label, probabilities = session.run(["label", "probabilities"], {"features": request})
    confidence = probabilities.max(1)
    outputs = {"label": label, "confidence": confidence, "review": (confidence < np.float32(0.9)).astype(np.int64)}
    golden = {
        "inputs": {"features": tensor(request)}, "outputs": {name: tensor(array) for name, array in outputs.items()}, "tolerance": 1e-4}
    (folder / "rows-12.json").write_text(json.dumps(golden) + "\n")


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "models"
    write(
        root, "cancer-forest", RandomForestClassifier(n_estimators=50, max_depth=6, random_state=0),
        load_breast_cancer(), "features", classifier=True)
    write(
        root, "digits-mlp",
        make_pipeline(StandardScaler(), MLPClassifier(hidden_layer_sizes=(48,), max_iter=400, random_state=0)),
        load_digits(), "pixels", classifier=True)
    write(
        root, "diabetes-boosting", GradientBoostingRegressor(n_estimators=80, max_depth=3, random_state=0),
        load_diabetes(), "features", classifier=False)
    write_triage(root)


main()
