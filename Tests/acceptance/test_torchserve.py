"""TorchServe's calls: stubs of its gRPC services, and its documented REST calls."""
import io
import json

import grpc
import numpy as np
import pytest
from onnx import TensorProto

import stubs
from conftest import golden_requests
from identity_models import identity
from server import Server
from test_triton_http import call

stubs.torchserve()
from google.protobuf import empty_pb2  # noqa: E402
from torchserve import inference_pb2, inference_pb2_grpc, management_pb2, management_pb2_grpc, open_inference_pb2, open_inference_pb2_grpc  # noqa: E402


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    root = tmp_path_factory.mktemp("torch-models")
    identity(root, "numbers", TensorProto.FLOAT)
    identity(root, "texts", TensorProto.STRING, ("n", 1))
    identity(root, "late", TensorProto.FLOAT)
    with Server(root, "--model-control-mode", "explicit", "--load-model", "numbers", "--load-model", "texts") as server:
        yield server


@pytest.fixture(scope="module")
def channel(models):
    with grpc.insecure_channel(models.grpc) as channel:
        yield channel


@pytest.fixture(scope="module")
def inference(channel):
    return inference_pb2_grpc.InferenceAPIsServiceStub(channel)


@pytest.fixture(scope="module")
def management(channel):
    return management_pb2_grpc.ManagementAPIsServiceStub(channel)


def ask(inference, model, **inputs):
    request = inference_pb2.PredictionsRequest(model_name=model, input={name: data for name, data in inputs.items()})
    return json.loads(inference.Predictions(request).prediction)


def test_ping(inference, models):
    assert json.loads(inference.Ping(empty_pb2.Empty()).health) == {"status": "Healthy"}
    assert json.loads(call(models, "/ping")[2]) == {"status": "Healthy"}


@pytest.mark.parametrize("name", ["data", "body", "x"])
def test_predictions_of_every_kind_of_data(inference, name):
    array = np.array([[1, 2.5, 3], [4, 5, 6]], np.float32)
    for data in [json.dumps(array.tolist()).encode(), npy(array), array.tobytes()]:
        assert ask(inference, "numbers", **{name: data}) == array.tolist()
    assert ask(inference, "numbers", **{name: b"[1, 2, 3]"}) == [1, 2, 3]
    assert ask(inference, "texts", **{name: "some text ü".encode()}) == ["some text ü"]


def test_wrapped_data(inference):
    assert ask(inference, "numbers", data=b'{"x": [[1, 2, 3]]}') == [[1, 2, 3]]
    assert ask(inference, "numbers", data=b'{"instances": [[1, 2, 3]]}') == [[1, 2, 3]]
    assert ask(inference, "numbers", data=b'{"data": [[1, 2, 3]]}') == [[1, 2, 3]]


def test_streams(inference):
    request = inference_pb2.PredictionsRequest(model_name="numbers", input={"data": b"[1, 2, 3]"})
    assert [json.loads(reply.prediction) for reply in inference.StreamPredictions(request)] == [[1, 2, 3]]
    bad = inference_pb2.PredictionsRequest(model_name="nowhere", input={"data": b"[1]"})
    replies = list(inference.StreamPredictions2(iter([request, bad, request])))
    assert [json.loads(reply.prediction) if reply.prediction else reply.status.code for reply in replies] == [[1, 2, 3], 5, [1, 2, 3]]


@pytest.mark.parametrize("code, model, data", [
    ("NOT_FOUND", "nowhere", b"[1]"), ("INVALID_ARGUMENT", "numbers", b"[1, 2"), ("INVALID_ARGUMENT", "numbers", b"12345"),
    ("INVALID_ARGUMENT", "numbers", b"[[1, 2], [3]]"), ("INVALID_ARGUMENT", "numbers", b"\x93NUMPY\x01\x00\xff\xffx"),
])
def test_what_is_wrong_is_said(inference, code, model, data):
    with pytest.raises(grpc.RpcError) as error:
        inference.Predictions(inference_pb2.PredictionsRequest(model_name=model, input={"data": data}))
    assert error.value.code() == getattr(grpc.StatusCode, code), error.value.details()


def test_management(management):
    listed = json.loads(management.ListModels(management_pb2.ListModelsRequest(limit=1)).msg)
    assert [m["modelName"] for m in listed["models"]] == ["numbers"] and listed["nextPageToken"] == "1"
    (described,) = json.loads(management.DescribeModel(management_pb2.DescribeModelRequest(model_name="numbers")).msg)
    assert described["modelName"] == "numbers" and described["modelVersion"] == "1" and described["workers"]
    assert "registered" in management.RegisterModel(management_pb2.RegisterModelRequest(url="late.mar", initial_workers=1)).msg
    assert "nothing to scale" in management.ScaleWorker(management_pb2.ScaleWorkerRequest(model_name="late", min_worker=2)).msg
    assert '"1"' in management.SetDefault(management_pb2.SetDefaultRequest(model_name="late", model_version="1.0")).msg
    assert "unregistered" in management.UnregisterModel(management_pb2.UnregisterModelRequest(model_name="late")).msg
    for request in [management_pb2.RegisterModelRequest(url="https://example.com/x.mar"), management_pb2.RegisterModelRequest()]:
        with pytest.raises(grpc.RpcError) as error:
            management.RegisterModel(request)
        assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    with pytest.raises(grpc.RpcError) as error:
        management.DescribeModel(management_pb2.DescribeModelRequest(model_name="nowhere"))
    assert error.value.code() == grpc.StatusCode.NOT_FOUND


def test_open_inference_under_torchserves_name(channel):
    stub = open_inference_pb2_grpc.GRPCInferenceServiceStub(channel)
    assert stub.ServerLive(open_inference_pb2.ServerLiveRequest()).live
    assert stub.ModelReady(open_inference_pb2.ModelReadyRequest(name="numbers")).ready
    request = open_inference_pb2.ModelInferRequest(model_name="numbers")
    port = request.inputs.add(name="x", datatype="FP32", shape=[1, 3])
    port.contents.fp32_contents.extend([1, 2, 3])
    assert np.frombuffer(stub.ModelInfer(request).raw_output_contents[0], np.float32).tolist() == [1, 2, 3]


def test_rest_predictions(models, server):
    array = np.array([[1, 2, 3]], np.float32)
    for path in ["/predictions/numbers", "/predictions/numbers/1.0", "/predictions/numbers/1"]:
        assert json.loads(call(models, path, b"[[1, 2, 3]]")[2]) == [[1, 2, 3]]
    assert json.loads(call(models, "/predictions/numbers", npy(array))[2]) == [[1, 2, 3]]
    assert json.loads(call(models, "/predictions/texts", b"words", **{"Content-Type": "text/plain"})[2]) == ["words"]
    # Files as curl -T sends them.
    assert json.loads(call(models, "/predictions/numbers", b"[1, 2, 3]", method="PUT")[2]) == [1, 2, 3]
    model, inputs, outputs, _ = next(iter(golden_requests())).values
    answer = json.loads(call(server, f"/predictions/{model}", json.dumps(inputs["features"].tolist()).encode())[2])
    assert np.abs(np.array(answer["probabilities"]) - outputs["probabilities"]).max() < 1e-5


def test_rest_management(models):
    listed = json.loads(call(models, "/models?limit=1")[2])
    assert listed["models"] == [{"modelName": "numbers", "modelUrl": "numbers"}] and listed["nextPageToken"] == "1"
    assert json.loads(call(models, "/models/numbers")[2])[0]["modelVersion"] == "1"
    assert json.loads(call(models, "/models/numbers/all")[2])[0]["modelVersion"] == "1"
    status, _, reply = call(models, "/models?url=late.mar&initial_workers=1&synchronous=true", b"", method="POST")
    assert status == 200 and "registered" in json.loads(reply)["status"]
    assert call(models, "/models/late?min_worker=3", b"", method="PUT")[0] == 202
    assert call(models, "/models/late/1/set-default", b"", method="PUT")[0] == 200
    assert call(models, "/models/late", method="DELETE")[0] == 200
    assert json.loads(call(models, "/api-description")[2])["openapi"].startswith("3")


@pytest.mark.parametrize("status, kind, path, method", [
    (404, "ModelNotFoundException", "/predictions/nowhere", "POST"), (404, "ModelNotFoundException", "/models/nowhere", "GET"),
    (400, "BadRequestException", "/predictions/numbers", "POST"), (405, "MethodNotAllowedException", "/models/numbers", "POST"),
    (400, "BadRequestException", "/models?url=https%3A%2F%2Fexample.com%2Fx.mar", "POST"),
])
def test_rest_errors(models, status, kind, path, method):
    code, _, reply = call(models, path, b"{" if method == "POST" else None, method=method)
    error = json.loads(reply)
    assert (code, error["code"], error["type"]) == (status, status, kind) and error["message"]
