"""grpcio-health-checking and grpcurl against the interop server."""
import json, subprocess

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from interop import ROOT, which


@pytest.fixture
def health(interop_server):
    with grpc.insecure_channel(f"127.0.0.1:{interop_server.port}") as channel:
        yield health_pb2_grpc.HealthStub(channel)


def test_check(health):
    assert health.Check(health_pb2.HealthCheckRequest()).status == health_pb2.HealthCheckResponse.SERVING
    with pytest.raises(grpc.RpcError) as error:
        health.Check(health_pb2.HealthCheckRequest(service="nope"))
    assert error.value.code() == grpc.StatusCode.NOT_FOUND


def test_watch(health):
    known = health.Watch(health_pb2.HealthCheckRequest(service="grpc.testing.TestService"))
    unknown = health.Watch(health_pb2.HealthCheckRequest(service="nope"))
    assert next(known).status == health_pb2.HealthCheckResponse.SERVING
    assert next(unknown).status == health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
    known.cancel()
    unknown.cancel()


def test_list(health):
    if not hasattr(health, "List"):
        pytest.skip("this grpcio-health-checking has no List")
    answer = health.List(health_pb2.HealthListRequest())
    assert set(answer.statuses) == {"", "grpc.testing.TestService"}


@pytest.fixture
def grpcurl(interop_server):
    if which("grpcurl") is None:
        pytest.skip("grpcurl is not installed")

    def run(*words):
        done = subprocess.run(
            [which("grpcurl"), "-plaintext", *words[:-1], f"127.0.0.1:{interop_server.port}", *words[-1]],
            capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stderr
        return done.stdout
    return run


def test_grpcurl_lists_and_describes(grpcurl):
    assert "grpc.testing.TestService" in grpcurl(["list"])
    assert "rpc UnaryCall" in grpcurl(["describe", "grpc.testing.TestService"])
    assert "response_size" in grpcurl(["describe", "grpc.testing.SimpleRequest"])


def test_grpcurl_calls_by_reflection(grpcurl):
    answer = grpcurl("-d", '{"responseSize": 3}', ["grpc.testing.TestService/UnaryCall"])
    assert json.loads(answer)["payload"]["body"] == "AAAA"
