"""Files that other servers take, given to this one: TensorFlow Serving's three, and TorchServe's keys."""
import json
import shutil
import urllib.error
import urllib.request

import grpc
import pytest
from onnx import TensorProto

import stubs
from identity_models import identity
from server import Server
from test_triton_http import call

stubs.torchserve()
from google.protobuf import empty_pb2  # noqa: E402
from torchserve import inference_pb2, inference_pb2_grpc, management_pb2, management_pb2_grpc  # noqa: E402


@pytest.fixture(scope="module")
def configured(tmp_path_factory):
    root = tmp_path_factory.mktemp("listed")
    identity(root / "far/away", "folder", TensorProto.FLOAT)
    for version in ("2", "3"):
        shutil.copytree(root / "far/away/folder/1", root / "far/away/folder" / version)
    identity(root, "plain", TensorProto.FLOAT)
    (root / "models.txt").write_text(
        f"""model_config_list: {{
  config: {{
    name: "renamed", base_path: "{root}/far/away/folder", model_platform: "tensorflow"
    model_version_policy: {{ specific: {{ versions: 1, versions: 3 }} }}
    version_labels: {{ key: "stable" value: 1 }}
  }},
  config: {{ name: "plain" base_path: "{root}/plain" }}
}}""")
    (root / "batching.txt").write_text(
        "max_batch_size { value: 16 }\nbatch_timeout_micros { value: 0 }\nmax_enqueued_batches { value: 100 }\nnum_batch_threads { value: 2 }\n")
    (root / "monitoring.txt").write_text('prometheus_config { enable: true, path: "/my/metrics" }\n')
    (root / "empty").mkdir()
    with Server(
        root / "empty", "--tensorflow-serving-model-config-file", root / "models.txt", "--tensorflow-serving-batching-parameters-file",
        root / "batching.txt", "--tensorflow-serving-monitoring-config-file", root / "monitoring.txt") as server:
        yield server


def test_listed_models_are_served_from_their_folders(configured):
    status = json.loads(call(configured, "/v1/models/renamed")[2])["model_version_status"]
    assert {entry["version"] for entry in status if entry["state"] == "AVAILABLE"} == {"3", "1"}
    answer = call(configured, "/v1/models/renamed/labels/stable:predict", {"instances": [[1, 2, 3]]})
    assert json.loads(answer[2]) == {"predictions": [[1.0, 2.0, 3.0]]}
    assert call(configured, "/v1/models/renamed/versions/2:predict", {"instances": [[1, 2, 3]]})[0] == 404
    assert call(configured, "/v1/models/plain:predict", {"instances": [[1, 2, 3]]})[0] == 200


def test_batching_and_monitoring_are_what_the_files_say(configured):
    config = json.loads(call(configured, "/v2/models/plain/config")[2])
    assert config["max_batch_size"] == 16 and "dynamic_batching" in config
    assert b"martlet_" in call(configured, "/my/metrics")[2]
    assert call(configured, "/their/metrics")[0] == 404


@pytest.mark.parametrize("text, fault", [("model_config_list { confg { } }", "did you mean 'config'"), ("", "a model_config_list is expected")])
def test_a_file_that_is_wrong_ends_the_start(tmp_path, text, fault):
    (tmp_path / "models.txt").write_text(text)
    with pytest.raises(RuntimeError, match=fault):
        Server(tmp_path, "--tensorflow-serving-model-config-file", tmp_path / "models.txt")


def rest(server, method, path, token=None, body=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(f"http://{server.http}{path}", data=body, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_torchserve_keys(tmp_path):
    (tmp_path / "models").mkdir()
    identity(tmp_path / "models", "numbers", TensorProto.FLOAT)
    file = tmp_path / "key_file.json"
    with Server(tmp_path / "models", "--torchserve-token-file", file) as server:
        keys = json.loads(file.read_text())
        assert file.stat().st_mode & 0o777 == 0o600
        ask, manage, api = (keys[kind]["key"] for kind in ("inference", "management", "API"))
        assert keys["inference"]["expiration time"].endswith("Z") and "expiration time" not in keys["API"]
        predict = lambda token: rest(server, "POST", "/predictions/numbers", token, b"[1, 2, 3]")[0]
        assert [predict(token) for token in (ask, manage, api, None)] == [200, 403, 401, 401]
        assert [rest(server, "GET", "/models", token)[0] for token in (ask, manage, None)] == [403, 200, 401]
        assert rest(server, "GET", "/ping")[0] == 200
        assert rest(server, "GET", "/token?type=inference", manage)[0] == 401
        status, body = rest(server, "GET", "/token?type=inference", api)
        fresh = json.loads(body)["key"]
        assert status == 200 and (predict(fresh), predict(ask)) == (200, 401)
        assert json.loads(file.read_text())["inference"]["key"] == fresh
        with grpc.insecure_channel(server.grpc) as channel:
            bearer = lambda token: (("authorization", f"Bearer {token}"),)
            inference = inference_pb2_grpc.InferenceAPIsServiceStub(channel)
            management = management_pb2_grpc.ManagementAPIsServiceStub(channel)
            inference.Ping(empty_pb2.Empty())
            question = inference_pb2.PredictionsRequest(model_name="numbers", input={"data": b"[1, 2, 3]"})
            assert json.loads(inference.Predictions(question, metadata=bearer(fresh)).prediction) == [1, 2, 3]
            management.ListModels(management_pb2.ListModelsRequest(), metadata=bearer(manage))
            for stub, message, token, code in [
                (inference.Predictions, question, manage, grpc.StatusCode.PERMISSION_DENIED),
                (management.ListModels, management_pb2.ListModelsRequest(), fresh, grpc.StatusCode.PERMISSION_DENIED),
                (inference.Predictions, question, "wrong", grpc.StatusCode.UNAUTHENTICATED)]:
                with pytest.raises(grpc.RpcError) as error:
                    stub(message, metadata=bearer(token))
                assert error.value.code() == code
