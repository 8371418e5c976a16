"""Models whose answers come in parts: gRPC streams, server-sent events, and the refusals where one answer is all that fits."""
import http.client
import json
import queue

import numpy as np
import pytest
import tritonclient.grpc as triton
import tritonclient.http as triton_http
from onnx import TensorProto
from tritonclient.utils import InferenceServerException

from identity_models import identity
from server import Server
from test_triton_http import call

CONFIGURATION = """
max_batch_size: 4
input [ { name: "x" data_type: TYPE_FP32 dims: [ 3 ] } ]
output [ { name: "y" data_type: TYPE_FP32 dims: [ 3 ] } ]
"""


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    root = tmp_path_factory.mktemp("decoupled-models")
    for name, policy in [("parts", "model_transaction_policy { decoupled: true }"), ("whole", "")]:
        identity(root, name, TensorProto.FLOAT)
        (root / name / "config.pbtxt").write_text(CONFIGURATION + policy)
    identity(root, "texts", TensorProto.STRING, ("n", 1))
    with Server(root) as server:
        yield server


def rows(count):
    return np.arange(3 * count, dtype=np.float32).reshape(count, 3)


def tensor(array, module=triton):
    tensor = module.InferInput("x", list(array.shape), "FP32")
    tensor.set_data_from_numpy(array)
    return tensor


def stream(server, model, array, count, **options):
    answers = queue.Queue()
    with triton.InferenceServerClient(server.grpc) as client:
        client.start_stream(lambda result, error: answers.put((result, error)))
        client.async_stream_infer(model, [tensor(array)], request_id="r", **options)
        found = [answers.get(timeout=20) for _ in range(count)]
        client.stop_stream()
    assert answers.empty()
    return found


@pytest.mark.parametrize("options", [{}, {"enable_empty_final_response": True}])
@pytest.mark.parametrize("count", [1, 4, 10, 33])
def test_rows_come_in_order_as_they_are_ready(models, count, options):
    array = rows(count)
    found = stream(models, "parts", array, -(-count // 4), **options)
    assert all(error is None for _, error in found)
    responses = [result.get_response() for result, _ in found]
    assert [response.parameters["triton_final_response"].bool_param for response in responses] == [False] * (len(found) - 1) + [True]
    assert {response.id for response in responses} == {"r"}
    assert (np.concatenate([result.as_numpy("y") for result, _ in found]) == array).all()


def test_other_models_answer_once(models):
    ((result, error),) = stream(models, "whole", rows(10), 1, enable_empty_final_response=True)
    assert error is None and result.get_response().parameters["triton_final_response"].bool_param
    assert (result.as_numpy("y") == rows(10)).all()


def test_unary_calls_are_refused_in_tritons_words(models):
    with triton.InferenceServerClient(models.grpc) as client:
        with pytest.raises(InferenceServerException) as error:
            client.infer("parts", [tensor(rows(1))])
        assert client.get_model_config("parts", as_json=True)["config"]["model_transaction_policy"] == {"decoupled": True}
    assert error.value.status() == "StatusCode.UNIMPLEMENTED"
    assert error.value.message() == "ModelInfer RPC doesn't support models with decoupled transaction policy"
    with triton_http.InferenceServerClient(models.http) as client, pytest.raises(InferenceServerException) as error:
        client.infer("parts", [tensor(rows(1), triton_http)])
    assert error.value.status() == "501"
    assert error.value.message() == "HTTP end point doesn't support models with decoupled transaction policy"


def test_other_protocols_get_the_whole_answer(models):
    status, _, body = call(models, "/v1/models/parts:predict", {"instances": rows(10).tolist()})
    assert status == 200 and json.loads(body)["predictions"] == rows(10).tolist()


@pytest.mark.parametrize("name", ["triton_something", "triton_enable_empty_final_response"])
def test_parameters_of_tritons_own(models, name):
    with triton.InferenceServerClient(models.grpc) as client, pytest.raises(InferenceServerException) as error:
        request = triton.service_pb2.ModelInferRequest(model_name="whole")
        request.parameters[name].int64_param = 1
        try:
            client._client_stub.ModelInfer(request)
        except triton._utils.grpc.RpcError as refusal:
            raise InferenceServerException(refusal.details(), str(refusal.code()))
    assert error.value.status() == "StatusCode.INVALID_ARGUMENT"
    expected = "expected bool_param" if "empty" in name else "reserved for Triton usage"
    assert expected in error.value.message()


def events(server, path, body):
    connection = http.client.HTTPConnection(server.http, timeout=30)
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    reply = connection.getresponse()
    text = reply.read().decode()
    connection.close()
    assert text.endswith("\n\n")
    lines = text[:-2].split("\n\n")
    assert all(line.startswith("data: ") for line in lines)
    return reply.status, reply.getheader("Content-Type"), [json.loads(line[len("data: "):]) for line in lines]


def test_generate_stream_sends_an_event_a_part(models):
    status, kind, found = events(models, "/v2/models/parts/generate_stream", {"id": "g", "x": rows(10).tolist()})
    assert (status, kind) == (200, "text/event-stream; charset=utf-8")
    assert [event["id"] for event in found] == ["g"] * 3
    assert [event["model_name"] for event in found] == ["parts"] * 3 and found[0]["model_version"] == "1"
    assert sum((event["y"] for event in found), []) == rows(10).ravel().tolist()
    # A flat list is shaped by what the model wants.
    _, _, found = events(models, "/v2/models/parts/versions/1/generate_stream", {"x": rows(10).ravel().tolist()})
    assert sum((event["y"] for event in found), []) == rows(10).ravel().tolist()


def test_generate_takes_parameters_among_the_inputs(models):
    for body in [{"x": "héllo", "temperature": 0.5, "stop": "x"}, {"parameters": {"x": "héllo", "stream": False}}]:
        status, _, reply = call(models, "/v2/models/texts/generate", body)
        assert (status, json.loads(reply)) == (200, {"model_name": "texts", "model_version": "1", "y": "héllo"})


def test_a_stream_that_cannot_begin_says_so_in_its_status(models):
    status, kind, (event,) = events(models, "/v2/models/whole/generate_stream", {"nothing": 1})
    assert status == 400 and kind.startswith("text/event-stream") and "x" in event["error"]
    status, _, body = call(models, "/v2/models/nowhere/generate_stream", {"x": 1})
    assert status == 404 and "nowhere" in json.loads(body)["error"]
    for body in ({"z": [1]}, {"x": [1, 2]}, {"parameters": {"y": [1]}}, {"x": 1, "triton_final_response": True}):
        status, _, body = call(models, "/v2/models/whole/generate", body)
        assert status == 400 and json.loads(body)["error"]
    assert call(models, "/v2/models/whole/generate_stream")[0] == 405
