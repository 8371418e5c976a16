"""Ensembles over the wire: Triton's own configuration unchanged, ours, and a pipeline that decides."""

import subprocess
import time

import numpy as np
import onnxruntime
import pytest
import tritonclient.grpc as triton
from onnx import TensorProto, helper, numpy_helper
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

from identity_models import save
from server import BINARY, Server

FEATURES, CLASSES = 5, 3

PIPELINE = """
name: "pipeline"
platform: "ensemble"
max_batch_size: 16
input [ { name: "RAW" data_type: TYPE_FP32 dims: [ 5 ] } ]
output [
  { name: "PROBABILITIES" data_type: TYPE_FP32 dims: [ 3 ] },
  { name: "LABEL" data_type: TYPE_INT64 dims: [ 1 ] }
]
ensemble_scheduling {
  step [
    { model_name: "classifier" model_version: -1
      input_map { key: "x" value: "scaled" }
      output_map { key: "probabilities" value: "PROBABILITIES" }
      output_map { key: "label" value: "LABEL" } },
    { model_name: "scaler" model_version: 1
      input_map { key: "x" value: "RAW" }
      output_map { key: "y" value: "scaled" } }
  ]
}
"""

NATIVE = """
steps:
  - {model: scaler, inputs: {x: raw}, outputs: {y: scaled}}
  - {model: classifier, inputs: {x: scaled}, outputs: {probabilities: probabilities}}
  - {op: top_k, with: {k: 2, labels: [red, green, blue]}, inputs: {x: probabilities}, outputs: {labels: best, values: scores}}
outputs: [{name: best}, {name: scores}]
"""


def constant(name, array):
    return numpy_helper.from_array(array, name)


def scaler_graph(mean, scale):
    return helper.make_graph(
        [helper.make_node("Sub", ["x", "mean"], ["centred"]), helper.make_node("Div", ["centred", "scale"], ["y"])], "scaler",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", len(mean)])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", len(mean)])], [constant("mean", mean), constant("scale", scale)])


def classifier_graph(weights):
    return helper.make_graph(
        [helper.make_node("MatMul", ["x", "weights"], ["scores"]), helper.make_node("Softmax", ["scores"], ["probabilities"], axis=-1),
         helper.make_node("ArgMax", ["scores"], ["label"], axis=-1, keepdims=1)], "classifier",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", FEATURES])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", CLASSES]),
         helper.make_tensor_value_info("label", TensorProto.INT64, ["n", 1])], [constant("weights", weights)])


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    root = tmp_path_factory.mktemp("ensembles")
    random = np.random.default_rng(7)
    save(root, "scaler", scaler_graph(random.normal(size=FEATURES).astype(np.float32), random.uniform(0.5, 2, FEATURES).astype(np.float32)))
    save(root, "classifier", classifier_graph(random.normal(size=(FEATURES, CLASSES)).astype(np.float32)))
    for name, file, text in (("pipeline", "config.pbtxt", PIPELINE), ("native", "model.yaml", NATIVE)):
        (root / name / "1").mkdir(parents=True)
        (root / name / file).write_text(text)
    return root


@pytest.fixture(scope="module")
def running(repository):
    with Server(repository, "--model-control-mode", "explicit", "--load-model", "pipeline", "--load-model", "native") as server:
        yield server


@pytest.fixture(scope="module")
def client(running):
    with triton.InferenceServerClient(running.grpc) as client:
        yield client


def infer(client, model, arrays, **options):
    inputs = []
    for name, array in arrays.items():
        tensor = triton.InferInput(name, list(array.shape), np_to_triton_dtype(array.dtype))
        tensor.set_data_from_numpy(array)
        inputs.append(tensor)
    return client.infer(model, inputs, **options)


def reference(repository, rows):
    session = lambda name: onnxruntime.InferenceSession(repository / name / "1" / "model.onnx", providers=["CPUExecutionProvider"])
    scaled = session("scaler").run(None, {"x": rows})[0]
    return session("classifier").run(None, {"x": scaled})


@pytest.fixture
def rows():
    return np.random.default_rng(1).normal(size=(6, FEATURES)).astype(np.float32)


def test_tritons_own_configuration_answers_like_onnxruntime(client, repository, rows):
    answer = infer(client, "pipeline", {"RAW": rows})
    probabilities, label = reference(repository, rows)
    assert np.abs(answer.as_numpy("PROBABILITIES") - probabilities).max() < 1e-6
    assert (answer.as_numpy("LABEL") == label).all()


def test_ours_answers_like_onnxruntime(client, repository, rows):
    answer = infer(client, "native", {"raw": rows})
    probabilities, _ = reference(repository, rows)
    order = np.argsort(-probabilities, axis=-1, kind="stable")[:, :2]
    assert (answer.as_numpy("best").astype(str) == np.array(["red", "green", "blue"])[order]).all()
    assert np.abs(answer.as_numpy("scores") - np.take_along_axis(probabilities, order, -1)).max() < 1e-6


def test_loading_an_ensemble_loads_its_members(client):
    for name in ("pipeline", "native", "scaler", "classifier"):
        assert client.is_model_ready(name)


def test_metadata_and_configuration(client):
    metadata = client.get_model_metadata("pipeline")
    assert metadata.platform == "ensemble"
    assert [(p.name, p.datatype, list(p.shape)) for p in metadata.inputs] == [("RAW", "FP32", [-1, 5])]
    assert [(p.name, p.datatype, list(p.shape)) for p in metadata.outputs] == [
        ("PROBABILITIES", "FP32", [-1, 3]), ("LABEL", "INT64", [-1, 1])]
    config = client.get_model_config("pipeline").config
    assert config.platform == "ensemble" and config.max_batch_size == 16
    assert config.WhichOneof("scheduling_choice") == "ensemble_scheduling"
    steps = config.ensemble_scheduling.step
    assert [s.model_name for s in steps] == ["classifier", "scaler"]
    assert dict(steps[1].input_map) == {"x": "RAW"} and steps[1].model_version == 1
    assert client.get_model_metadata("native").inputs[0].name == "raw"


def test_statistics_count_the_ensemble_and_its_members(client, rows):
    counts = lambda name: client.get_inference_statistics(name).model_stats[0]
    before = {name: (counts(name).inference_count, counts(name).inference_stats.success.count) for name in ("pipeline", "scaler", "classifier")}
    infer(client, "pipeline", {"RAW": rows})
    for name, (inferences, successes) in before.items():
        assert counts(name).inference_count == inferences + 6
        assert counts(name).inference_stats.success.count == successes + 1
    assert counts("pipeline").inference_stats.success.ns > 0


def test_only_the_outputs_that_are_asked_for(client, rows):
    answer = infer(client, "pipeline", {"RAW": rows}, outputs=[triton.InferRequestedOutput("LABEL")])
    assert answer.as_numpy("PROBABILITIES") is None and answer.as_numpy("LABEL").shape == (6, 1)


def test_a_wrong_shape_is_refused_by_the_ensemble(client):
    with pytest.raises(InferenceServerException, match=r"unexpected shape for input 'RAW' for model 'pipeline'"):
        infer(client, "pipeline", {"RAW": np.zeros((1, 4), np.float32)})


def test_an_ensemble_ends_with_a_member_and_comes_back_with_it(client, rows):
    client.unload_model("scaler")
    eventually(lambda: not client.is_model_ready("pipeline"))
    with pytest.raises(InferenceServerException, match="waits for model 'scaler'"):
        infer(client, "pipeline", {"RAW": rows})
    states = {(m.name, m.state): m.reason for m in client.get_model_repository_index().models}
    assert "waits for model 'scaler'" in states["pipeline", "UNAVAILABLE"]
    client.load_model("scaler")
    eventually(lambda: client.is_model_ready("pipeline") and client.is_model_ready("native"))
    infer(client, "pipeline", {"RAW": rows})


def martlet(*arguments):
    return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=60)


def test_inspect_draws_the_graph(repository):
    text = martlet("inspect", repository / "native").stdout
    assert text.startswith("ensemble native: raw\n")
    assert "scaler  (model scaler)" in text and "takes x = scaled" in text and "makes best = labels, scores = values" in text
    dot = martlet("inspect", repository / "pipeline", "--dot").stdout
    assert dot.startswith('digraph "pipeline" {') and '"scaler" -> "classifier" [label="scaled"]' in dot


def test_predict_traces_the_steps(running, rows):
    given = f"raw={rows[:2].tolist()}"
    answer = martlet("predict", "native", "--target", running.grpc, "--input", given, "--trace")
    assert answer.returncode == 0, answer.stderr
    lines = [line.split() for line in answer.stdout.splitlines()]
    assert any(line[:1] == ["total"] for line in lines)
    steps = [line for line in lines if line and line[0] in ("scaler", "classifier", "top_k")]
    assert [step[0] for step in steps] == ["scaler", "classifier", "top_k"]
    assert all(float(step[2]) > 0 for step in steps)


def test_steps_have_metrics(running):
    text = subprocess.run(["curl", "-sS", "--max-time", "10", f"http://{running.metrics}/metrics"], capture_output=True, text=True).stdout
    assert 'martlet_ensemble_step_duration_seconds_count{model="native",version="1",step="scaler"}' in text
    assert 'martlet_ensemble_step_failures_total{model="pipeline",version="1",step="classifier"} 0' in text


def eventually(condition, seconds=10):

    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


FRAUD = """
max_batch_size: 512
inputs: [{name: features, datatype: FP32, shape: [30]}]
outputs:
  - {name: probabilities, from: [voted, quick]}
  - {name: fraud}
steps:
  - {model: fraud-scaler, inputs: {x: features}, outputs: {y: scaled}}
  - {model: fraud-forest, inputs: {x: scaled}, outputs: {probabilities: quick}}
  # Only rows of which the forest is not sure go on to the boosted trees, which cost more.
  - {model: fraud-boosting, where: "max(quick) < param('sure', 0.93)", inputs: {x: scaled}, outputs: {probabilities: thorough}}
  - {op: weighted_average, with: {weights: [0.4, 0.6]}, inputs: {a: quick, b: thorough}, outputs: {y: voted}}
  - {op: argmax, inputs: {x: [voted, quick]}, outputs: {y: class}}
  - {op: label, with: {labels: [honest, fraud]}, inputs: {x: class}, outputs: {y: fraud}}
"""


@pytest.fixture(scope="module")
def fraud(tmp_path_factory):
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType
    from sklearn.datasets import make_classification
    from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
    from sklearn.preprocessing import StandardScaler

    x, y = make_classification(1200, 30, n_informative=8, weights=[0.8], flip_y=0.05, random_state=3)
    x = x.astype(np.float32)
    scaler = StandardScaler().fit(x[:600])
    scaled = scaler.transform(x[:600]).astype(np.float32)
    forest = RandomForestClassifier(20, max_depth=6, random_state=0).fit(scaled, y[:600])
    boosting = GradientBoostingClassifier(n_estimators=40, random_state=0).fit(scaled, y[:600])

    root = tmp_path_factory.mktemp("fraud")
    save(root, "fraud-scaler", scaler_graph(scaler.mean_.astype(np.float32), scaler.scale_.astype(np.float32)))
    for name, estimator in (("fraud-forest", forest), ("fraud-boosting", boosting)):
        folder = root / name / "1"
        folder.mkdir(parents=True)
        model = to_onnx(estimator, initial_types=[("x", FloatTensorType([None, 30]))], options={id(estimator): {"zipmap": False}}, target_opset=17)
        (folder / "model.onnx").write_bytes(model.SerializeToString())
    (root / "fraud" / "1").mkdir(parents=True)
    (root / "fraud" / "model.yaml").write_text(FRAUD)
    rows = x[600:]
    # As the scaler's model reckons: what a tree compares with must have the same bits.
    seen = (rows - scaler.mean_.astype(np.float32)) / scaler.scale_.astype(np.float32)
    return root, rows, forest.predict_proba(seen), boosting.predict_proba(seen)


@pytest.mark.parametrize("count", [1, 7, 300, 600])
def test_a_pipeline_that_decides_row_by_row_equals_scikit_learn(fraud, fraud_client, count):
    _, rows, quick, thorough = fraud
    expected = np.where(quick.max(1, keepdims=True) < 0.93, 0.4 * quick + 0.6 * thorough, quick)[:count]
    statistics = lambda: fraud_client.get_inference_statistics("fraud-boosting").model_stats[0].inference_count
    before = statistics()
    answer = infer(fraud_client, "fraud", {"features": rows[:count]})
    assert np.abs(answer.as_numpy("probabilities") - expected).max() < 1e-6
    assert (answer.as_numpy("fraud").astype(str) == np.array(["honest", "fraud"])[expected.argmax(1)]).all()
    unsure = int((quick[:count].max(1) < 0.93).sum())
    assert statistics() - before == unsure
    if count > 100:
        assert 0 < unsure < count


def test_a_parameter_decides_too(fraud, fraud_client):
    _, rows, quick, thorough = fraud
    answer = infer(fraud_client, "fraud", {"features": rows[:50]}, parameters={"sure": 2})
    assert np.abs(answer.as_numpy("probabilities") - (0.4 * quick + 0.6 * thorough)[:50]).max() < 1e-6
    answer = infer(fraud_client, "fraud", {"features": rows[:50]}, parameters={"sure": 0})
    assert np.abs(answer.as_numpy("probabilities") - quick[:50]).max() < 1e-6


@pytest.fixture(scope="module")
def fraud_client(fraud):
    with Server(fraud[0]) as server, triton.InferenceServerClient(server.grpc) as client:
        yield client


EMBEDDING = """
inputs: [{name: text, datatype: BYTES, shape: [-1]}]
outputs: [{name: vector}, {name: ids}]
steps:
  - {op: wordpiece, with: {file: tokenizer.json, max_length: 32}, inputs: {x: text}, outputs: {ids: ids, mask: mask}}
  - {model: encoder, inputs: {ids: ids}, outputs: {states: states}}
  - {op: mean_pool, with: {normalize: true}, inputs: {x: states, mask: mask}, outputs: {y: vector}}
"""


@pytest.fixture(scope="module")
def embedding(tmp_path_factory):
    """An encoder that looks each piece up in a table: what surrounds the model is what is tested."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)] + list("0123456789äöß中国é")
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + letters + ["##" + c for c in letters] + ["the", "##ing", "##er", "in", "on", ".", ",", "!", "'"]
    tokenizer = Tokenizer(models.WordPiece({piece: number for number, piece in enumerate(pieces)}, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.enable_truncation(32)
    tokenizer.enable_padding()

    root = tmp_path_factory.mktemp("embedding")
    table = np.random.default_rng(2).normal(size=(len(pieces), 16)).astype(np.float32)
    save(root, "encoder", helper.make_graph(
        [helper.make_node("Gather", ["table", "ids"], ["states"])], "encoder",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, ["n", "t"])],
        [helper.make_tensor_value_info("states", TensorProto.FLOAT, ["n", "t", 16])], [constant("table", table)]))
    (root / "embedding" / "1").mkdir(parents=True)
    (root / "embedding" / "model.yaml").write_text(EMBEDDING)
    tokenizer.save(str(root / "embedding" / "tokenizer.json"))
    with Server(root) as server, triton.InferenceServerClient(server.grpc) as client:
        yield client, tokenizer, table


def test_texts_become_vectors_like_those_of_the_python_tokenizers(embedding):
    client, tokenizer, table = embedding
    random = np.random.default_rng(4)
    alphabet = list("abcdefghijklmnopqrstuvwxyzABCÄÖÉß  ..,!'\t\n0123中国–“\u200b\u0301İ")
    texts = ["", "the singer in the inn", "Straße, 中国!"] + ["".join(random.choice(alphabet, random.integers(1, 60))) for _ in range(200)]
    answer = infer(client, "embedding", {"text": np.array([t.encode() for t in texts], np.object_)})
    encoded = tokenizer.encode_batch(texts)
    assert (answer.as_numpy("ids") == np.array([e.ids for e in encoded])).all()
    mask = np.array([e.attention_mask for e in encoded])[..., None]
    pooled = (table[np.array([e.ids for e in encoded])] * mask).sum(1) / mask.sum(1)
    pooled /= np.linalg.norm(pooled, axis=1, keepdims=True)
    assert (answer.as_numpy("vector") * pooled).sum(1).min() > 0.9999
