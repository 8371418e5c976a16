"""`martlet gate`: what it lets through, what it does not, and what it says of either."""
import json, pathlib, shutil

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from test_command_line import martlet


def classifier(path, weights, name="scores"):
    """softmax(x · weights): three classes of two features."""
    weights = np.asarray(weights, np.float32)
    nodes = [helper.make_node("MatMul", ["x", "w"], ["logits"]), helper.make_node("Softmax", ["logits"], [name], axis=1)]
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 2])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 3])],
        [helper.make_tensor("w", TensorProto.FLOAT, weights.shape, weights.ravel())])
    path.mkdir(parents=True)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path / "model.onnx")
    return path


GOOD = [[4, -4, 0], [-4, 4, 0]]


def tensor(values, datatype):
    values = np.asarray(values)
    return {"datatype": datatype, "shape": list(values.shape), "data": values.ravel().tolist()}


@pytest.fixture
def models(tmp_path):
    classifier(tmp_path / "champion" / "m" / "1", GOOD)
    classifier(tmp_path / "same" / "m" / "2", GOOD)
    classifier(tmp_path / "swapped" / "m" / "2", [[-4, 4, 0], [4, -4, 0]])
    classifier(tmp_path / "renamed" / "m" / "2", GOOD, name="probabilities")
    lines = []
    for seed in range(50):
        x = np.random.default_rng(seed).normal(size=(1, 2)).astype(np.float32)
        label = int(np.argmax(x @ np.asarray(GOOD, np.float32)))
        lines.append(json.dumps({"model": "m", "inputs": {"x": tensor(x, "FP32")}, "labels": {"scores": tensor([label], "INT64")}}))
    (tmp_path / "traffic.jsonl").write_text("\n".join(lines) + "\n")
    golden = tmp_path / "golden"
    golden.mkdir()
    (golden / "a.json").write_text(json.dumps({
        "inputs": {"x": tensor([[1, 0]], "FP32")}, "tolerance": 1e-3,
        "outputs": {"scores": tensor(np.exp([[4, -4, 0]]) / np.exp([4, -4, 0]).sum(), "FP32")}}))
    return tmp_path


def gate(models, candidate, *arguments):
    report = models / "report.json"
    answer = martlet("gate", models / candidate, "--json", report, *arguments)
    return answer, json.loads(report.read_text()) if report.exists() else None


def test_the_same_model_passes_every_bound(models):
    answer, report = gate(
        models, "same", "--champion", models / "champion", "--traffic", models / "traffic.jsonl", "--golden", models / "golden",
        "--slo", "accuracy=1", "--slo", "accuracy-drop=0", "--slo", "disagreement=0", "--slo", "drift=0", "--slo", "memory=1MB",
        "--slo", "p99=10s", "--markdown", models / "report.md")
    assert answer.returncode == 0, answer.stdout
    assert report["verdict"] == "open"
    model, = report["models"]
    assert (model["traffic"], model["failures"], model["labels"], model["golden"]) == (50, 0, 50, 1)
    assert all(objective["met"] for objective in model["objectives"])
    assert model["candidate"]["p50_ms"] > 0 and model["champion"]["accuracy"] == 1
    assert (models / "report.md").read_text().startswith("# Gate: open")


def test_a_model_that_answers_otherwise_is_stopped(models):
    answer, report = gate(
        models, "swapped", "--champion", models / "champion", "--traffic", models / "traffic.jsonl", "--slo", "accuracy-drop=5%",
        "--slo", "disagreement=10%")
    assert answer.returncode == 1
    assert "# Gate: shut" in answer.stdout
    model, = report["models"]
    assert model["candidate"]["accuracy"] < 0.5 and model["disagreement"] == 1
    assert [objective["met"] for objective in model["objectives"]] == [False, False]


def test_golden_requests_stop_it_without_any_bound(models):
    answer, report = gate(models, "swapped", "--golden", models / "golden")
    assert answer.returncode == 1
    assert "output 'scores' element 0" in report["models"][0]["faults"][0]


def test_a_changed_signature_is_a_fault(models):
    answer, report = gate(models, "renamed", "--champion", models / "champion")
    assert answer.returncode == 1
    assert report["models"][0]["faults"] == ["output 'scores' is gone"]


def test_a_bound_with_nothing_to_measure_is_not_met(models):
    answer, report = gate(models, "same", "--slo", "accuracy=0.5")
    assert answer.returncode == 1
    assert "nothing to measure" in answer.stdout


def test_a_model_that_does_not_load_is_a_verdict_not_a_crash(models):
    broken = models / "broken" / "m" / "1"
    broken.mkdir(parents=True)
    (broken / "model.onnx").write_bytes(b"no model")
    answer, report = gate(models, "broken")
    assert answer.returncode == 1
    assert report["verdict"] == "shut" and any("m 1" in fault for fault in report["faults"])


def test_one_models_folder_leaves_its_neighbours_out(models):
    shutil.copytree(models / "same" / "m", models / "same" / "n")
    answer, report = gate(models, pathlib.Path("same") / "n")
    assert answer.returncode == 0, answer.stdout
    assert [model["model"] for model in report["models"]] == ["n"]


def test_traffic_that_is_no_traffic_names_its_line(models):
    (models / "bad.jsonl").write_text('{"inputs": {}}\n{"inputs": 3}\n')
    answer, _ = gate(models, "same", "--traffic", models / "bad.jsonl")
    assert answer.returncode not in (0, 1) or "bad.jsonl:2" in answer.stderr
    assert "bad.jsonl:2" in answer.stderr
