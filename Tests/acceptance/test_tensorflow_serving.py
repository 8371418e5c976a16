"""tensorflow-serving-api, as published, against the gRPC port; and TensorFlow Serving's REST calls."""
import base64
import json
import struct

import grpc
import numpy as np
import pytest
from onnx import TensorProto, helper

import stubs
from conftest import golden_requests
from identity_models import DATATYPES, all_identities, save
from server import EXAMPLES, Server
from test_triton_http import call

stubs.tensorflow()
from tensorflow.core.example import example_pb2  # noqa: E402
from tensorflow.core.framework import tensor_pb2, types_pb2  # noqa: E402
from tensorflow_serving.apis import (  # noqa: E402
    classification_pb2, get_model_metadata_pb2, get_model_status_pb2, inference_pb2, model_management_pb2, model_service_pb2_grpc, predict_pb2,
    prediction_service_pb2_grpc, regression_pb2)

FLOAT, INT64, STRING, HALF, INT32 = (getattr(types_pb2, f"DT_{name}") for name in ("FLOAT", "INT64", "STRING", "HALF", "INT32"))
TYPES = {"FP32": FLOAT, "INT64": INT64}


def tensor(array, dtype):
    message = tensor_pb2.TensorProto(dtype=dtype, tensor_content=array.tobytes())
    for extent in array.shape:
        message.tensor_shape.dim.add(size=extent)
    return message


def shaped(dtype, shape, **values):
    message = tensor_pb2.TensorProto(dtype=dtype, **values)
    for extent in shape:
        message.tensor_shape.dim.add(size=extent)
    return message


def array_of(message):
    shape = [dim.size for dim in message.tensor_shape.dim]
    if message.dtype == FLOAT:
        return np.array(message.float_val, np.float32).reshape(shape)
    if message.dtype == INT64:
        return np.array(message.int64_val, np.int64).reshape(shape)
    if message.dtype == INT32:
        return np.array(message.int_val, np.int32).reshape(shape)
    if message.dtype == HALF:
        return np.array(message.half_val, np.uint16).view(np.float16).reshape(shape)
    return np.array(list(message.string_val), object).reshape(shape)


@pytest.fixture(scope="module")
def stub(server):
    with grpc.insecure_channel(server.grpc) as channel:
        yield prediction_service_pb2_grpc.PredictionServiceStub(channel)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Identities, a model of two versions with labels, and one of two inputs."""
    root = tmp_path_factory.mktemp("tf-models")
    all_identities(root)
    for version, factor in [(1, 10), (2, 20)]:
        port = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, ("n",))
        save(
            root, "scaled", helper.make_graph(
                [helper.make_node("Mul", ["x", "f"], ["y"])], "scaled", [port("x")], [port("y")],
                [helper.make_tensor("f", TensorProto.FLOAT, [], [factor])]), version=version)
    (root / "scaled" / "model.yaml").write_text("versions: all\nlabels: {stable: 1, canary: 2}\n")
    pair = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ("n", 2)) for name in ("a", "b", "sum", "difference")]
    save(root, "pair", helper.make_graph(
        [helper.make_node("Add", ["a", "b"], ["sum"]), helper.make_node("Sub", ["a", "b"], ["difference"])], "pair", pair[:2], pair[2:]))
    with Server(root) as server:
        yield server


@pytest.fixture(scope="module")
def model_stub(models):
    with grpc.insecure_channel(models.grpc) as channel:
        yield prediction_service_pb2_grpc.PredictionServiceStub(channel)


def predict(name, inputs, **spec):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = name
    for key, value in spec.items():
        if key == "version":
            request.model_spec.version.value = value
        else:
            setattr(request.model_spec, key, value)
    for key, value in inputs.items():
        request.inputs[key].CopyFrom(value)
    return request


@pytest.mark.parametrize("model, inputs, outputs, tolerance", list(golden_requests()))
def test_predict_golden_answers(stub, model, inputs, outputs, tolerance):
    kinds = {"float32": FLOAT, "int64": INT64}
    reply = stub.Predict(predict(model, {name: tensor(array, kinds[array.dtype.name]) for name, array in inputs.items()}))
    assert (reply.model_spec.name, reply.model_spec.version.value, reply.model_spec.signature_name) == (model, 1, "serving_default")
    assert set(reply.outputs) == set(outputs)
    for name, expected in outputs.items():
        found = array_of(reply.outputs[name])
        assert found.shape == expected.shape
        assert np.abs(found - expected).max() <= tolerance * max(1e-30, np.abs(expected).max())


def test_output_filter(stub):
    model, inputs, _, _ = next(iter(golden_requests())).values
    request = predict(model, {name: tensor(array, FLOAT) for name, array in inputs.items()})
    request.output_filter.append("probabilities")
    assert list(stub.Predict(request).outputs) == ["probabilities"]


def test_every_encoding_of_a_tensor(model_stub):
    def answer(datatype, message):
        return array_of(model_stub.Predict(predict(f"identity-{datatype}", {"x": message})).outputs["y"])

    half = np.array([1.5, -2, 0.25], np.float16)
    assert (answer("fp32", shaped(FLOAT, [1, 3], float_val=[1, 2, 3])) == [[1, 2, 3]]).all()
    # A list that is too short goes on with its last value.
    assert (answer("fp32", shaped(FLOAT, [2, 3], float_val=[1, 7])) == [[1, 7, 7], [7, 7, 7]]).all()
    assert (answer("int64", shaped(INT64, [1, 3], int64_val=[-(2**63), 2**53 + 1, 2**63 - 1])) == [[-(2**63), 2**53 + 1, 2**63 - 1]]).all()
    assert (answer("int32", shaped(INT32, [1, 3], int_val=[-1, 0, 1])) == [[-1, 0, 1]]).all()
    assert (answer("fp16", shaped(HALF, [1, 3], half_val=half.view(np.uint16).tolist())) == half).all()
    assert (answer("fp16", tensor(half.reshape(1, 3), HALF)) == half).all()
    assert answer("bytes", shaped(STRING, [1, 3], string_val=[b"a", b"", b"\xff\0"])).tolist() == [[b"a", b"", b"\xff\0"]]


def test_versions_and_labels(model_stub):
    x = {"x": shaped(FLOAT, [1], float_val=[1])}
    for spec, expected in [({}, 20), ({"version": 1}, 10), ({"version": 2}, 20), ({"version_label": "stable"}, 10), ({"version_label": "canary"}, 20)]:
        reply = model_stub.Predict(predict("scaled", x, **spec))
        assert array_of(reply.outputs["y"]).tolist() == [expected] and reply.model_spec.version.value == expected // 10


@pytest.mark.parametrize("code, words, name, inputs, spec", [
    ("NOT_FOUND", ["nowhere"], "nowhere", {}, {}),
    ("NOT_FOUND", ["9"], "scaled", {}, {"version": 9}),
    ("NOT_FOUND", ["beta"], "scaled", {}, {"version_label": "beta"}),
    ("INVALID_ARGUMENT", ["ModelSpec"], "", {}, {}),
    ("INVALID_ARGUMENT", ["other", "serving_default"], "scaled", {}, {"signature_name": "other"}),
    ("INVALID_ARGUMENT", ["x"], "scaled", {}, {}),
    ("INVALID_ARGUMENT", ["colour"], "scaled", {"colour": shaped(FLOAT, [1], float_val=[1])}, {}),
    ("INVALID_ARGUMENT", ["FP32"], "scaled", {"x": shaped(INT64, [1], int64_val=[1])}, {}),
    ("INVALID_ARGUMENT", ["x"], "scaled", {"x": shaped(FLOAT, [-1], float_val=[1])}, {}),
    ("INVALID_ARGUMENT", ["tensor_content"], "scaled", {"x": shaped(FLOAT, [2], tensor_content=b"1234")}, {}),
    ("RESOURCE_EXHAUSTED", ["x"], "scaled", {"x": shaped(FLOAT, [2**40], float_val=[1])}, {}),
])
def test_what_is_wrong_is_said(model_stub, code, words, name, inputs, spec):
    with pytest.raises(grpc.RpcError) as error:
        model_stub.Predict(predict(name, inputs, **spec))
    assert error.value.code() == getattr(grpc.StatusCode, code), error.value.details()
    for word in words:
        assert word in error.value.details()


def examples(rows, name="features"):
    return [example_pb2.Example(features={"feature": {name: {"float_list": {"value": row}}}}) for row in rows]


def first_golden(model):
    return next(case.values for case in golden_requests() if case.values[0] == model)


def test_classify_regress_and_both(stub, server):
    _, inputs, outputs, _ = first_golden("cancer-forest")
    rows = [row.tolist() for row in inputs["features"]]
    request = classification_pb2.ClassificationRequest()
    request.model_spec.name = "cancer-forest"
    request.input.example_list.examples.extend(examples(rows))
    reply = stub.Classify(request)
    found = np.array([[c.score for c in row.classes] for row in reply.result.classifications])
    assert np.abs(found - outputs["probabilities"]).max() < 1e-5
    assert [c.label for c in reply.result.classifications[0].classes] == ["0", "1"]

    _, inputs, outputs, _ = first_golden("diabetes-boosting")
    (name, array), (_, values) = next(iter(inputs.items())), next(iter(outputs.items()))
    rows = [row.tolist() for row in array]
    request = regression_pb2.RegressionRequest()
    request.model_spec.name = "diabetes-boosting"
    request.input.example_list.examples.extend(examples(rows, name))
    found = [row.value for row in stub.Regress(request).result.regressions]
    assert np.allclose(found, values.ravel(), rtol=1e-4)

    request = inference_pb2.MultiInferenceRequest()
    request.input.example_list.examples.extend(examples(rows, name))
    task = request.tasks.add(method_name="tensorflow/serving/regress")
    task.model_spec.name = "diabetes-boosting"
    (result,) = stub.MultiInference(request).results
    assert np.allclose([row.value for row in result.regression_result.regressions], values.ravel(), rtol=1e-4)

    body = {"examples": [{name: row} for row in rows]}
    status, _, reply = call(server, "/v1/models/diabetes-boosting:regress", body)
    assert status == 200 and np.allclose(json.loads(reply)["results"], values.ravel(), rtol=1e-4)


def test_examples_that_do_not_fit(stub):
    def code(rows, **more):
        request = classification_pb2.ClassificationRequest()
        request.model_spec.name = "cancer-forest"
        request.input.example_list.examples.extend(examples(rows, **more))
        with pytest.raises(grpc.RpcError) as error:
            stub.Classify(request)
        assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        return error.value.details()

    assert "no examples" in code([])
    assert "colour" in code([[0] * 30], name="colour")
    assert "29" in code([[0] * 29])
    assert "29" in code([[0] * 30, [0] * 29])


def test_shared_features_are_the_context(stub):
    request = classification_pb2.ClassificationRequest()
    request.model_spec.name = "cancer-forest"
    request.input.example_list_with_context.context.CopyFrom(examples([[0.5] * 30])[0])
    request.input.example_list_with_context.examples.extend([example_pb2.Example(), example_pb2.Example()])
    assert len(stub.Classify(request).result.classifications) == 2


def test_metadata(model_stub):
    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"])
    request.model_spec.name = "pair"
    reply = model_stub.GetModelMetadata(request)
    signatures = get_model_metadata_pb2.SignatureDefMap()
    assert reply.metadata["signature_def"].Unpack(signatures)
    signature = signatures.signature_def["serving_default"]
    assert set(signature.inputs) == {"a", "b"} and set(signature.outputs) == {"sum", "difference"}
    assert signature.inputs["a"].dtype == FLOAT and [dim.size for dim in signature.inputs["a"].tensor_shape.dim] == [-1, 2]
    assert signature.method_name == "tensorflow/serving/predict"


def test_status_and_reload(models, tmp_path):
    import shutil

    root = tmp_path / "models"
    root.mkdir()
    with grpc.insecure_channel(models.grpc) as channel:
        stub = model_service_pb2_grpc.ModelServiceStub(channel)
        request = get_model_status_pb2.GetModelStatusRequest()
        request.model_spec.name = "scaled"
        states = stub.GetModelStatus(request).model_version_status
        assert [(s.version, s.state, s.status.error_code) for s in states] == [(2, 30, 0), (1, 30, 0)]
        request.model_spec.name = "nowhere"
        with pytest.raises(grpc.RpcError) as error:
            stub.GetModelStatus(request)
        assert error.value.code() == grpc.StatusCode.NOT_FOUND
    for version in (1, 2):
        port = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, ("n",))
        graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "m", [port("x")], [port("y")])
        save(root, "kept", graph, version=version)
        save(root, "dropped", graph, version=version)
    with Server(root, "--model-control-mode", "explicit", "--load-model", "dropped") as server, grpc.insecure_channel(server.grpc) as channel:
        stub = model_service_pb2_grpc.ModelServiceStub(channel)
        request = model_management_pb2.ReloadConfigRequest()
        config = request.config.model_config_list.config.add(name="kept", base_path=str(root / "kept"), model_platform="onnx")
        config.model_version_policy.specific.versions.extend([1, 2])
        config.version_labels["stable"] = 1
        assert stub.HandleReloadConfigRequest(request).status.error_code == 0
        asked = get_model_status_pb2.GetModelStatusRequest()
        asked.model_spec.name = "kept"
        assert [s.version for s in stub.GetModelStatus(asked).model_version_status] == [2, 1]
        prediction = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        x = {"x": shaped(FLOAT, [1], float_val=[1])}
        assert prediction.Predict(predict("kept", x, version_label="stable")).model_spec.version.value == 1
        with pytest.raises(grpc.RpcError) as error:
            prediction.Predict(predict("dropped", x))
        assert error.value.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.NOT_FOUND)
        config.base_path = "/etc"
        with pytest.raises(grpc.RpcError) as error:
            stub.HandleReloadConfigRequest(request)
        assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT and "/etc" in error.value.details()


def post(server, path, body):
    status, _, reply = call(server, path, body)
    document = json.loads(reply)
    assert status == 200, document
    return document


def test_rest_rows_and_columns(models, server):
    assert post(models, "/v1/models/scaled:predict", {"instances": [1, 2, 3]}) == {"predictions": [20, 40, 60]}
    assert post(models, "/v1/models/scaled:predict", {"inputs": [1, 2, 3]}) == {"outputs": [20, 40, 60]}
    assert post(models, "/v1/models/scaled/versions/1:predict", {"instances": [1.5]}) == {"predictions": [15]}
    assert post(models, "/v1/models/scaled/labels/stable:predict", {"inputs": {"x": [1]}, "signature_name": "serving_default"}) == {"outputs": [10]}
    rows = [{"a": [1, 2], "b": [10, 20]}, {"b": [1, 1], "a": [0, 0]}]
    assert post(models, "/v1/models/pair:predict", {"instances": rows}) == {
        "predictions": [{"sum": [11, 22], "difference": [-9, -18]}, {"sum": [1, 1], "difference": [-1, -1]}]}
    assert post(models, "/v1/models/pair:predict", {"inputs": {"a": [[1, 2]], "b": [[3, 4]]}}) == {
        "outputs": {"sum": [[4, 6]], "difference": [[-2, -2]]}}
    model, inputs, outputs, tolerance = next(iter(golden_requests())).values
    answer = post(server, f"/v1/models/{model}:predict", {"instances": inputs["features"].tolist()})["predictions"]
    found = np.array([row["probabilities"] for row in answer])
    assert np.abs(found - outputs["probabilities"]).max() < 1e-5


def test_rest_strings_and_odd_numbers(models):
    b64 = lambda data: {"b64": base64.b64encode(data).decode()}
    body = {"instances": [["a", "ü", b64(b"\xff\0")], ["", "x", b64(b"text")]]}
    assert post(models, "/v1/models/identity-bytes:predict", body) == {"predictions": [["a", "ü", b64(b"\xff\0")], ["", "x", "text"]]}
    answer = post(models, "/v1/models/identity-fp32:predict", {"instances": [[float("nan"), float("inf"), float("-inf")]]})["predictions"][0]
    assert np.isnan(answer[0]) and answer[1:] == [float("inf"), float("-inf")]
    exact = [2**53 + 1, -(2**63), 2**63 - 1]
    assert post(models, "/v1/models/identity-int64:predict", {"instances": [exact]}) == {"predictions": [exact]}


def test_rest_status_and_metadata(models):
    status = json.loads(call(models, "/v1/models/scaled")[2])
    assert status == {"model_version_status": [
        {"version": str(number), "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}} for number in (2, 1)]}
    (only,) = json.loads(call(models, "/v1/models/scaled/versions/1")[2])["model_version_status"]
    assert only["version"] == "1"
    metadata = json.loads(call(models, "/v1/models/pair/metadata")[2])
    assert metadata["model_spec"] == {"name": "pair", "signature_name": "", "version": "1"}
    signature = metadata["metadata"]["signature_def"]["signature_def"]["serving_default"]
    assert signature["inputs"]["a"]["dtype"] == "DT_FLOAT"
    assert [dim["size"] for dim in signature["inputs"]["a"]["tensor_shape"]["dim"]] == ["-1", "2"]
    assert "pair" in json.loads(call(models, "/v1/models")[2])["models"]
    assert call(models, "/monitoring/prometheus/metrics")[0] == 200


@pytest.mark.parametrize("status, words, path, body", [
    (404, ["nowhere"], "nowhere:predict", {"instances": [1]}),
    (404, ["9"], "scaled/versions/9:predict", {"instances": [1]}),
    (400, ["instances"], "scaled:predict", {}),
    (400, ["both"], "scaled:predict", {"instances": [1], "inputs": [1]}),
    (400, ["empty"], "scaled:predict", {"instances": []}),
    (400, ["length"], "identity-fp32:predict", {"instances": [[1, 2, 3], [1, 2]]}),
    (400, ["length"], "identity-fp32:predict", {"instances": [[1, 2, 3], 1]}),
    (400, ["number"], "scaled:predict", {"instances": ["x"]}),
    (400, ["colour"], "pair:predict", {"instances": [{"a": [1, 2], "colour": [1, 2]}]}),
    (400, ["'b'"], "pair:predict", {"instances": [{"a": [1, 2]}]}),
    (400, ["'a', 'b'"], "pair:predict", {"instances": [[1, 2]]}),
    (400, ["base64"], "identity-bytes:predict", {"instances": [["a", "b", {"b64": "*"}]]}),
    (400, ["serving_default"], "scaled:predict", {"signature_name": "x", "instances": [1]}),
    (400, ["JSON"], "scaled:predict", b"{"),
    (501, ["explanations"], "scaled:explain", {"instances": [1]}),
])
def test_rest_says_what_is_wrong(models, status, words, path, body):
    code, _, reply = call(models, f"/v1/models/{path}", body)
    message = json.loads(reply)["error"]
    assert code == status, message
    for word in words:
        assert word in message
