"""What the server says of single requests: slow ones, traces, retry hints; and what of a call's metadata it goes by."""
import base64, json, re, shutil, subprocess, threading, time, urllib.request

import grpc
import numpy as np
import onnx
import pytest
import tritonclient.grpc as triton
from onnx import TensorProto, helper, numpy_helper
from tritonclient.grpc import service_pb2 as pb, service_pb2_grpc

from server import BINARY, EXAMPLES, Server

PARENT = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01"


def product(folder, version, sizes=(4, 4)):
    """y = x times a matrix of ones per version: a version's answers tell it."""
    nodes, weights, last = [], [], "x"
    for layer, (rows, columns) in enumerate(zip(sizes, sizes[1:])):
        weights.append(numpy_helper.from_array(np.full((rows, columns), version, np.float32), f"w{layer}"))
        final = layer == len(sizes) - 2
        nodes.append(helper.make_node("MatMul", [last, f"w{layer}"], ["y" if final else f"m{layer}"]))
        last = f"m{layer}"
    graph = helper.make_graph(
        nodes, "product", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", sizes[0]])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", sizes[-1]])], weights)
    path = folder / str(version) / "model.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)


def question(model, columns=4, request_id=""):
    x = np.ones((1, columns), np.float32)
    return pb.ModelInferRequest(
        model_name=model, id=request_id, inputs=[pb.ModelInferRequest.InferInputTensor(name="x", datatype="FP32", shape=[1, columns])],
        raw_input_contents=[x.tobytes()])


def stub(server):
    return service_pb2_grpc.GRPCInferenceServiceStub(grpc.insecure_channel(server.grpc))


class Log:
    """The lines of a server's log in JSON, as they come."""

    def __init__(self, server):
        self.lines = []
        threading.Thread(target=self.read, args=[server.process.stderr], daemon=True).start()

    def read(self, stream):
        for line in stream:
            self.lines.append(json.loads(line))

    def wait(self, message, count=1):
        for _ in range(200):
            found = [line for line in self.lines if line["message"] == message]
            if len(found) >= count:
                return found
            time.sleep(0.02)
        raise AssertionError(f"no {count} lines '{message}': {self.lines}")


def test_a_slow_request_gets_a_line_with_its_id_and_trace(tmp_path):
    product(tmp_path / "slow", 1, (2048, 4096, 2048))
    with Server(tmp_path, "--log-format", "json", "--slow-request", "1") as server:
        log = Log(server)
        stub(server).ModelInfer(question("slow", 2048, "seven"), metadata=[("traceparent", PARENT)])
        body = {"id": "eight", "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 2048], "data": [1.0] * 2048}]}
        request = urllib.request.Request(f"http://{server.http}/v2/models/slow/infer", json.dumps(body).encode(), {"traceparent": PARENT})
        urllib.request.urlopen(request).read()
        for line, request_id in zip(log.wait("slow request", 2), ("seven", "eight")):
            assert line["level"] == "warning"
            assert (line["model"], line["version"], line["request_id"]) == ("slow", "1", request_id)
            assert (line["trace_id"], line["parent_id"]) == (PARENT[3:35], PARENT[36:52])
            assert int(line["total_us"]) >= 1000 and int(line["total_us"]) >= int(line["queue_us"]) + int(line["compute_us"]) > 0


def test_verbose_logs_name_every_request(tmp_path):
    product(tmp_path / "m", 1)
    with Server(tmp_path, "--log-format", "json") as server, triton.InferenceServerClient(server.grpc) as client:
        log, ask = Log(server), stub(server).ModelInfer
        ask(question("m", request_id="unseen"))
        client.update_log_settings({"log_verbose_level": 1})
        ask(question("m", request_id="seen"), metadata=[("traceparent", PARENT)])
        (line,) = log.wait("request")
        assert line["request_id"] == "seen" and line["trace_id"] == PARENT[3:35]


def test_traces_are_sampled_and_counted(tmp_path):
    for model in ("a", "b"):
        product(tmp_path / model, 1)
    with Server(tmp_path, "--log-format", "json") as server, triton.InferenceServerClient(server.grpc) as client:
        log, ask = Log(server), stub(server).ModelInfer
        now = lambda name="": {key: list(setting.value) for key, setting in client.get_trace_settings(name).settings.items()}
        assert now()["trace_level"] == ["OFF"] and now()["trace_rate"] == ["1000"] and now()["trace_count"] == ["-1"]
        client.update_trace_settings(settings={"trace_level": ["TIMESTAMPS"], "trace_rate": "3"})
        client.update_trace_settings("b", settings={"trace_rate": "1", "trace_count": "2"})
        assert now("a")["trace_rate"] == ["3"] and now("b")["trace_rate"] == ["1"] and now("b")["trace_level"] == ["TIMESTAMPS"]
        for number in range(9):
            ask(question("a", request_id=f"a{number}"))
            ask(question("b", request_id=f"b{number}"))
        found = log.wait("trace", 5)
        assert [line["request_id"] for line in found if line["model"] == "a"] == ["a0", "a3", "a6"]
        assert [line["request_id"] for line in found if line["model"] == "b"] == ["b0", "b1"]
        assert now("b")["trace_count"] == ["0"]
        moments = [int(found[0][name]) for name in
                   ("REQUEST_START", "COMPUTE_START", "COMPUTE_INPUT_END", "COMPUTE_OUTPUT_START", "COMPUTE_END")]
        assert moments == sorted(moments)
        # An empty setting goes back to the general one; a file cannot be named from afar.
        client.update_trace_settings("b", settings={"trace_rate": None, "trace_count": None})
        client.update_trace_settings(settings={"trace_level": ["OFF"]})
        assert now("b")["trace_level"] == ["OFF"] and now("b")["trace_rate"] == ["3"]
        for wrong in ({"trace_file": "/tmp/x"}, {"trace_level": ["TENSORS"]}, {"trace_rate": "none"}, {"no_such": "1"}):
            with pytest.raises(triton.InferenceServerException if hasattr(triton, "InferenceServerException") else Exception):
                client.update_trace_settings(settings=wrong)


def test_a_refusal_says_when_to_try_again(tmp_path):
    product(tmp_path / "m", 1)
    (tmp_path / "m" / "model.yaml").write_text("rate_limit: {requests_per_second: 0.5, burst: 1}\n")
    with Server(tmp_path) as server:
        ask = stub(server).ModelInfer
        ask(question("m"))
        with pytest.raises(grpc.RpcError) as refused:
            ask(question("m"))
        assert refused.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        trailing = dict(refused.value.trailing_metadata())
        # Python's library keeps the pushback for its own use on some versions; the details are always the caller's.
        if "grpc-retry-pushback-ms" in trailing:
            assert 0 < int(trailing["grpc-retry-pushback-ms"]) <= 2000
        details = trailing["grpc-status-details-bin"]
        assert b"type.googleapis.com/google.rpc.RetryInfo" in details


def test_the_routing_key_of_the_metadata_keeps_callers_on_one_version(tmp_path):
    for version in (1, 2, 3):
        product(tmp_path / "m", version)
    (tmp_path / "m" / "model.yaml").write_text("versions: all\nrouting: {sticky: true, weights: {1: 1, 2: 1, 3: 1}}\n")
    with Server(tmp_path) as server:
        ask = stub(server).ModelInfer
        homes = {}
        for _ in range(3):
            for user in range(30):
                home = ask(question("m"), metadata=[("martlet-routing-key", f"user {user}")]).model_version
                assert homes.setdefault(user, home) == home
        assert set(homes.values()) == {"1", "2", "3"}
        body = json.dumps({"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 4], "data": [1, 1, 1, 1]}]}).encode()
        for user in range(30):
            request = urllib.request.Request(f"http://{server.http}/v2/models/m/infer", body, {"martlet-routing-key": f"user {user}"})
            assert json.loads(urllib.request.urlopen(request).read())["model_version"] == homes[user]


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_promtool_has_remarks_on_the_names_of_triton_only(server):
    with triton.InferenceServerClient(server.grpc) as client:
        x = triton.InferInput("features", [1, 30], "FP32")
        x.set_data_from_numpy(np.zeros((1, 30), np.float32))
        client.infer("cancer-forest", [x])
    text = urllib.request.urlopen(f"http://{server.metrics}/metrics").read()
    for name in (b"nv_inference_request_success{", b"martlet_request_duration_seconds_bucket{", b"martlet_queue_depth{"):
        assert name in text
    checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True)
    # 3 stands for remarks on names only. Triton's are what they are; ours must give no cause.
    assert checked.returncode in (0, 3) and checked.stdout == b""
    assert [line for line in checked.stderr.decode().splitlines() if not line.startswith("nv_")] == []


def test_a_stop_under_load_leaves_no_reply_owed(tmp_path):
    product(tmp_path / "m", 1, (1024, 1024, 8))
    server = Server(tmp_path)
    over, answered, failed = threading.Event(), [], []

    def ask():
        call = stub(server).ModelInfer
        while not over.is_set():
            try:
                call(question("m", 1024), timeout=20)
                answered.append(1)
            except grpc.RpcError as error:
                # Nobody listens any more: the request was never sent.
                if error.code() != grpc.StatusCode.UNAVAILABLE or "connect" not in error.details().lower():
                    failed.append(f"{error.code()}: {error.details()}")
                return

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    code = server.terminate()
    over.set()
    for thread in threads:
        thread.join()
    assert code == 0 and len(answered) > 100
    assert failed == []
