"""Unmodified tritonclient over HTTP, sync and asyncio: binary and JSON tensors both ways, compression, classes, errors."""
import asyncio
import gzip
import json
import struct
import urllib.error
import urllib.request

import numpy as np
import pytest
import tritonclient.http as triton
import tritonclient.http.aio as triton_aio
from onnx import TensorProto, helper
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

from conftest import golden_requests
from identity_models import DATATYPES, all_identities, save
from server import EXAMPLES, Server
from test_datatypes import RAW, TYPED, WIDTH
from test_triton_client import assert_answers


@pytest.fixture(scope="module")
def client(server):
    with triton.InferenceServerClient(server.http) as client:
        yield client


@pytest.fixture(scope="module")
def typed(tmp_path_factory):
    root = tmp_path_factory.mktemp("http-models")
    all_identities(root)
    ports = [helper.make_tensor_value_info(port, TensorProto.FLOAT, ("n", 4)) for port in ("x", "y")]
    save(root, "scores", helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "scores", ports[:1], ports[1:]))
    (root / "scores" / "config.pbtxt").write_text(
        'max_batch_size: 8\noutput { name: "y" data_type: TYPE_FP32 dims: [4] label_filename: "labels.txt" }\n')
    (root / "scores" / "labels.txt").write_text("cat\ndog\nbird\n")
    with Server(root) as server:
        yield server


def call(server, path, body=None, method=None, **headers):
    """Status, headers and body of one request."""
    if isinstance(body, dict):
        body = json.dumps(body).encode()
    request = urllib.request.Request(f"http://{server.http}{path}", body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return reply.status, reply.headers, reply.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def inputs_of(arrays, binary):
    result = []
    for name, array in arrays.items():
        tensor = triton.InferInput(name, list(array.shape), np_to_triton_dtype(array.dtype))
        tensor.set_data_from_numpy(array, binary_data=binary)
        result.append(tensor)
    return result


def test_server_and_models_are_live_and_ready(client):
    assert client.is_server_live() and client.is_server_ready()
    for folder in EXAMPLES.iterdir():
        assert client.is_model_ready(folder.name) and client.is_model_ready(folder.name, "1")
    assert not client.is_model_ready("nowhere")


def test_metadata_config_statistics_and_index(client):
    assert client.get_server_metadata()["name"] == "martlet"
    metadata = client.get_model_metadata("cancer-forest")
    assert metadata["inputs"] == [{"name": "features", "datatype": "FP32", "shape": [-1, 30]}]
    assert client.get_model_metadata("cancer-forest", "1")["versions"] == ["1"]
    config = client.get_model_config("digits-mlp")
    assert config["max_batch_size"] > 0 and config["input"][0]["dims"] == [64]
    assert config["input"][0]["data_type"] == "TYPE_FP32"
    index = client.get_model_repository_index()
    assert {(m["name"], m["version"], m["state"]) for m in index} == {(folder.name, "1", "READY") for folder in EXAMPLES.iterdir()}
    model, inputs, _, _ = next(iter(golden_requests())).values
    client.infer(model, inputs_of(inputs, True))
    (stats,) = client.get_inference_statistics(model)["model_stats"]
    assert stats["inference_stats"]["success"]["count"] >= 1 and stats["inference_stats"]["success"]["ns"] > 0
    assert len(client.get_inference_statistics()["model_stats"]) == len(list(EXAMPLES.iterdir()))


@pytest.mark.parametrize("binary_in", [True, False])
@pytest.mark.parametrize("binary_out", [True, False, None])
def test_golden_answers(client, binary_in, binary_out):
    for case in golden_requests():
        model, inputs, outputs, tolerance = case.values
        wanted = None if binary_out is None else [triton.InferRequestedOutput(name, binary_data=binary_out) for name in outputs]
        result = client.infer(model, inputs_of(inputs, binary_in), outputs=wanted, request_id="r-42")
        assert_answers(result, outputs, tolerance)
        assert result.get_response()["id"] == "r-42" and result.get_response()["model_version"] == "1"


def test_golden_answers_with_asyncio(server):
    model, inputs, outputs, tolerance = next(iter(golden_requests())).values

    async def run():
        async with triton_aio.InferenceServerClient(server.http) as client:
            assert await client.is_server_ready()
            results = await asyncio.gather(*(client.infer(model, inputs_of(inputs, True)) for _ in range(20)))
        for result in results:
            assert_answers(result, outputs, tolerance)

    asyncio.run(run())


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_compressed_both_ways(client, coding):
    model, inputs, outputs, tolerance = next(iter(golden_requests())).values
    many = {name: np.repeat(array, 200 // len(array), axis=0) for name, array in inputs.items()}
    result = client.infer(
        model, inputs_of(many, True), request_compression_algorithm=coding, response_compression_algorithm=coding)
    single = client.infer(model, inputs_of(inputs, True))
    for name in outputs:
        assert (result.as_numpy(name)[:1] == single.as_numpy(name)[:1]).all()


def test_answers_are_compressed_when_asked(server):
    body = {"inputs": [{"name": "features", "datatype": "FP32", "shape": [200, 30], "data": [0.5] * 6000}]}
    status, headers, reply = call(server, "/v2/models/cancer-forest/infer", body, **{"Accept-Encoding": "gzip"})
    assert status == 200 and headers["Content-Encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(reply))["outputs"][0]["data"]) == 200


@pytest.mark.parametrize("datatype", DATATYPES)
def test_every_datatype_comes_back_byte_for_byte(typed, datatype):
    raw = RAW.get(datatype) or bytes(range(6 * WIDTH[datatype]))
    head = json.dumps({
        "inputs": [{"name": "x", "datatype": datatype, "shape": [2, 3], "parameters": {"binary_data_size": len(raw)}}],
        "outputs": [{"name": "y", "parameters": {"binary_data": True}}]}).encode()
    status, headers, reply = call(
        typed, f"/v2/models/identity-{datatype.lower()}/infer", head + raw, **{"Inference-Header-Content-Length": len(head)})
    assert status == 200, reply
    length = int(headers["Inference-Header-Content-Length"])
    (output,) = json.loads(reply[:length])["outputs"]
    assert output["datatype"] == datatype and output["shape"] == [2, 3]
    assert reply[length:] == raw


@pytest.mark.parametrize("datatype", [name for name in TYPED if name != "BYTES"])
@pytest.mark.parametrize("nested", [True, False])
def test_every_datatype_in_json(typed, datatype, nested):
    _, values, _ = TYPED[datatype]
    data = [values[:3], values[3:]] if nested else values
    body = {"inputs": [{"data": data, "name": "x", "datatype": datatype, "shape": [2, 3]}]}
    status, _, reply = call(typed, f"/v2/models/identity-{datatype.lower()}/infer", body)
    assert status == 200, reply
    assert json.loads(reply)["outputs"][0]["data"] == values


def test_strings_in_json(typed):
    texts = ["a", "", "\n\"\\", "ü", "😈", "x" * 300]
    body = {"inputs": [{"name": "x", "datatype": "BYTES", "shape": [2, 3], "data": texts}]}
    assert json.loads(call(typed, "/v2/models/identity-bytes/infer", body)[2])["outputs"][0]["data"] == texts


def test_floats_are_exact_in_json(typed):
    array = np.frombuffer(np.random.default_rng(7).bytes(6 * 4 * 50), np.float32).reshape(-1, 3)
    array = array[np.isfinite(array).all(axis=1)][:64]
    body = {"inputs": [{"name": "x", "datatype": "FP32", "shape": list(array.shape), "data": [float(v) for v in array.ravel()]}]}
    data = json.loads(call(typed, "/v2/models/identity-fp32/infer", body)[2])["outputs"][0]["data"]
    assert (np.array(data, np.float32) == array.ravel()).all()


def test_not_a_number_comes_back(typed):
    body = {"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 3], "data": [float("nan"), float("inf"), float("-inf")]}]}
    data = json.loads(call(typed, "/v2/models/identity-fp32/infer", body)[2])["outputs"][0]["data"]
    assert np.isnan(data[0]) and data[1:] == [float("inf"), float("-inf")]


def test_the_body_alone_can_be_the_input(typed):
    raw = np.arange(12, dtype=np.float32).tobytes()
    status, headers, reply = call(typed, "/v2/models/scores/infer", raw, **{"Inference-Header-Content-Length": 0})
    length = int(headers["Inference-Header-Content-Length"])
    assert status == 200 and json.loads(reply[:length])["outputs"][0]["shape"] == [3, 4] and reply[length:] == raw


@pytest.mark.parametrize("binary", [True, False])
def test_classes_in_place_of_numbers(typed, binary):
    with triton.InferenceServerClient(typed.http) as client:
        array = np.array([[0.1, 0.7, 0.2, 0.9], [4, 3, 2, 1]], np.float32)
        result = client.infer(
            "scores", inputs_of({"x": array}, True), outputs=[triton.InferRequestedOutput("y", binary_data=binary, class_count=2)])
        found = [[text.decode() if isinstance(text, bytes) else text for text in row] for row in result.as_numpy("y")]
        assert found == [["0.900000:3", "0.700000:1:dog"], ["4.000000:0:cat", "3.000000:1:dog"]]


def test_generate_takes_inputs_by_name(typed):
    status, _, reply = call(typed, "/v2/models/scores/generate", {"x": [1, 2, 3, 4], "id": "g"})
    assert status == 200 and json.loads(reply)["y"] == [1, 2, 3, 4] and json.loads(reply)["id"] == "g"


def test_load_and_unload(tmp_path):
    from onnx import TensorProto
    from identity_models import identity

    identity(tmp_path, "late", TensorProto.FLOAT)
    with Server(tmp_path, "--model-control-mode", "explicit") as server, triton.InferenceServerClient(server.http) as client:
        assert not client.is_model_ready("late")
        client.load_model("late")
        assert client.is_model_ready("late")
        client.load_model("late", config='{"max_batch_size": 4}')
        assert client.get_model_config("late")["max_batch_size"] == 4
        model = (tmp_path / "late" / "1" / "model.onnx").read_bytes()
        client.load_model("late", config='{"backend": "onnxruntime"}', files={"file:3/model.onnx": model})
        assert client.is_model_ready("late", "3")
        client.unload_model("late")
        assert not client.is_model_ready("late")
        with pytest.raises(InferenceServerException):
            client.load_model("nowhere")


def test_log_and_trace_settings(server, client):
    assert client.get_log_settings()["log_info"] is True
    assert client.update_log_settings({"log_verbose_level": 1})["log_verbose_level"] == 1
    assert client.update_log_settings({"log_verbose_level": 0})["log_verbose_level"] == 0
    assert client.get_trace_settings()["trace_level"] == ["OFF"]
    assert client.update_trace_settings(settings={"trace_level": ["TIMESTAMPS"], "trace_rate": "5"})["trace_rate"] == "5"
    assert client.update_trace_settings(settings={"trace_level": ["OFF"], "trace_rate": []})["trace_level"] == ["OFF"]
    with pytest.raises(InferenceServerException):
        client.update_trace_settings(settings={"trace_level": ["TENSORS"]})
    with pytest.raises(InferenceServerException):
        client.update_trace_settings(settings={"trace_file": "/tmp/x"})


BODY = {"inputs": [{"name": "features", "datatype": "FP32", "shape": [1, 30], "data": [0] * 30}]}


def wrong(**changes):
    return {"inputs": [{**BODY["inputs"][0], **changes}]}


@pytest.mark.parametrize("status, words, body, path", [
    (404, ["nowhere"], BODY, "nowhere"),
    (404, ["7"], BODY, "cancer-forest/versions/7"),
    (400, ["version"], BODY, "cancer-forest/versions/x"),
    (400, ["colour", "features"], wrong(name="colour"), "cancer-forest"),
    (400, ["FP32", "FP64"], wrong(datatype="FP64"), "cancer-forest"),
    (400, ["FP31"], wrong(datatype="FP31"), "cancer-forest"),
    (400, ["[1,29]", "30"], wrong(shape=[1, 29]), "cancer-forest"),
    (400, ["shape"], wrong(shape=[-1, 30]), "cancer-forest"),
    (400, ["shape"], wrong(shape=[2**62, 30]), "cancer-forest"),
    (400, ["whole number"], wrong(shape=[1.5, 30]), "cancer-forest"),
    (400, ["features", "number"], wrong(data=["x"] * 30), "cancer-forest"),
    (400, ["31"], wrong(data=[0] * 31), "cancer-forest"),
    (400, ["binary_data_size"], wrong(parameters={"binary_data_size": 120}), "cancer-forest"),
    (400, ["shared_memory_byte_size"], wrong(parameters={"shared_memory_region": "r"}), "cancer-forest"),
    (501, ["shared memory"], wrong(parameters={"shared_memory_region": "r", "shared_memory_byte_size": 120}), "cancer-forest"),
    (400, ["inputs"], {}, "cancer-forest"),
    (400, ["JSON"], b"", "cancer-forest"),
    (400, ["JSON"], b"[1, 2]", "cancer-forest"),
    (400, ["JSON", "byte 11"], b'{"inputs": x}', "cancer-forest"),
    (400, ["64 deep"], b'{"more": ' + b"[" * 100000, "cancer-forest"),
    (400, ["colour"], {**BODY, "outputs": [{"name": "colour"}]}, "cancer-forest"),
    (400, ["priority"], {**BODY, "parameters": {"priority": "high"}}, "cancer-forest"),
])
def test_what_is_wrong_is_said(server, status, words, body, path):
    code, headers, reply = call(server, f"/v2/models/{path}/infer", body)
    message = json.loads(reply)["error"]
    assert code == status, message
    for word in words:
        assert word in message, message


def test_header_length_that_does_not_fit(server):
    for length in ["1000000", "-1", "x"]:
        code, _, reply = call(server, "/v2/models/cancer-forest/infer", BODY, **{"Inference-Header-Content-Length": length})
        assert code == 400 and "error" in json.loads(reply)


def test_paths_and_methods(server):
    code, headers, reply = call(server, "/v2/models/cancer-forest/infer")
    assert code == 405 and headers["Allow"] == "POST" and "error" in json.loads(reply)
    for path in ["/v2/nothing", "/v2/models/%ff/infer", "/v2/models/%zz", "/v9"]:
        code, _, reply = call(server, path)
        assert code == 404 and "error" in json.loads(reply)


def test_large_bodies_are_refused(server):
    import http.client

    connection = http.client.HTTPConnection(server.http, timeout=20)
    connection.putrequest("POST", "/v2/models/cancer-forest/infer")
    connection.putheader("Content-Length", str(1 << 40))
    connection.endheaders()
    reply = connection.getresponse()
    assert reply.status == 413 and "error" in json.loads(reply.read())
    connection.close()


def test_a_bomb_is_not_inflated(server):
    bomb = gzip.compress(bytes(80 << 20))
    code, _, reply = call(server, "/v2/models/cancer-forest/infer", bomb, **{"Content-Encoding": "gzip"})
    assert code == 413 and "error" in json.loads(reply)
    code, _, reply = call(server, "/v2/models/cancer-forest/infer", b"no gzip", **{"Content-Encoding": "gzip"})
    assert code == 400 and "gzip" in json.loads(reply)["error"]
    code, _, reply = call(server, "/v2/models/cancer-forest/infer", b"{}", **{"Content-Encoding": "br"})
    assert code == 415


def test_tokens_guard_the_port(tmp_path):
    tokens = tmp_path / "tokens"
    tokens.write_text("reader infer\nboss infer,admin\n")
    tokens.chmod(0o600)
    with Server(EXAMPLES, "--auth-token-file", tokens) as server:
        assert call(server, "/v2/health/ready")[0] == 200
        assert call(server, "/v2/models/cancer-forest/infer", BODY)[0] == 401
        assert call(server, "/v2/models/cancer-forest/infer", BODY, Authorization="Bearer nobody")[0] == 401
        assert call(server, "/v2/models/cancer-forest/infer", BODY, Authorization="Bearer reader")[0] == 200
        assert call(server, "/v2/repository/models/cancer-forest/load", {}, Authorization="Bearer reader")[0] == 403
