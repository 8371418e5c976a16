"""grpcurl, curl and the health-checking package: stacks that share no code with tritonclient."""
import json, shutil, subprocess, sys
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from tritonclient.grpc import service_pb2

GRPCURL = Path(sys.executable).parent / "grpcurl"


def grpcurl(server, *arguments, data=None):
    command = [GRPCURL, "-plaintext", *(["-d", json.dumps(data)] if data is not None else []), server.grpc, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30)


def test_grpcurl_lists_services_by_reflection(server):
    listed = grpcurl(server, "list").stdout.split()
    assert {"inference.GRPCInferenceService", "grpc.health.v1.Health"} <= set(listed)


def test_grpcurl_describes_a_method(server):
    assert "ModelInferResponse" in grpcurl(server, "describe", "inference.GRPCInferenceService.ModelInfer").stdout


def test_grpcurl_infers_with_typed_contents(server):
    request = {
        "model_name": "diabetes-boosting",
        "inputs": [{"name": "features", "datatype": "FP32", "shape": [1, 10], "contents": {"fp32_contents": [0.0] * 10}}]}
    answer = grpcurl(server, "inference.GRPCInferenceService/ModelInfer", data=request)
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout)["outputs"][0]["shape"] == ["1", "1"]


def test_grpcurl_sees_an_unknown_model(server):
    answer = grpcurl(server, "inference.GRPCInferenceService/ModelMetadata", data={"name": "nowhere"})
    assert "NotFound" in answer.stderr


@pytest.mark.parametrize("service", ["", "inference.GRPCInferenceService"])
def test_health_check_serving(server, service):
    with grpc.insecure_channel(server.grpc) as channel:
        reply = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service=service))
    assert reply.status == health_pb2.HealthCheckResponse.SERVING


def test_health_check_of_an_unknown_service(server):
    with grpc.insecure_channel(server.grpc) as channel, pytest.raises(grpc.RpcError) as error:
        health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service="nowhere"))
    assert error.value.code() == grpc.StatusCode.NOT_FOUND


def curl(*arguments):
    assert shutil.which("curl")
    return subprocess.run(["curl", "-sS", "--max-time", "10", *arguments], capture_output=True, text=True)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_curl_reads_health_over_h2c_on_the_grpc_port(server, method):
    options = {"GET": [], "HEAD": ["--head"], "POST": ["--data", ""]}[method]
    answer = curl("--http2-prior-knowledge", "-o", "/dev/null", "-w", "%{http_version} %{http_code}", *options, f"http://{server.grpc}/v2/health/live")
    assert answer.stdout == "2 200"


def test_curl_sends_a_grpc_message(server, tmp_path):
    body = tmp_path / "body"
    body.write_bytes(b"\0\0\0\0\0")
    answer = curl(
        "--http2-prior-knowledge", "-H", "content-type: application/grpc", "-H", "te: trailers", "--data-binary",
        f"@{body}", "-D", "-", "-o", "/dev/null", f"http://{server.grpc}/inference.GRPCInferenceService/ServerLive")
    assert "HTTP/2 200" in answer.stdout and "grpc-status: 0" in answer.stdout


def test_an_expired_deadline_is_reported_and_nothing_is_computed(server, tmp_path):
    body = tmp_path / "body"
    message = service_pb2.ModelInferRequest(model_name="cancer-forest")
    tensor = message.inputs.add()
    tensor.name, tensor.datatype = "features", "FP32"
    tensor.shape.extend([1, 30])
    message.raw_input_contents.append(bytes(120))
    data = message.SerializeToString()
    body.write_bytes(b"\0" + len(data).to_bytes(4, "big") + data)
    counted = lambda: curl(f"http://{server.metrics}/metrics").stdout.split('nv_inference_exec_count{model="cancer-forest"')[1].split("\n")[0]
    before = counted()
    # The answer may overtake the body, and RST_STREAM(NO_ERROR) follows it: curl then forgets the answer, now and then.
    for _ in range(5):
        answer = curl(
            "--http2-prior-knowledge", "-H", "content-type: application/grpc", "-H", "te: trailers", "-H", "grpc-timeout: 1n",
            "--data-binary", f"@{body}", "-D", "-", "-o", "/dev/null", f"http://{server.grpc}/inference.GRPCInferenceService/ModelInfer")
        if answer.returncode != 92:
            break
    assert "grpc-status: 4" in answer.stdout
    assert counted() == before


@pytest.mark.parametrize("path", ["/v2/health/live", "/v2/health/ready"])
def test_curl_reads_health_on_the_http_port(server, path):
    assert curl("-o", "/dev/null", "-w", "%{http_code}", f"http://{server.http}{path}").stdout == "200"


def test_metrics_are_prometheus_text(server):
    text = curl(f"http://{server.metrics}/metrics").stdout
    assert "# TYPE nv_inference_request_success counter" in text
