"""gRPC-Web through Envoy's bridge: a page's HTTP/1.1 on one side, our gRPC port on the other."""
import base64
import struct
import urllib.request

import pytest
from tritonclient.grpc import service_pb2 as pb

import proxies
from interop import wait_for_port
from server import Server


@pytest.fixture(scope="module")
def bridge(tmp_path_factory):
    if proxies.which("envoy") is None:
        pytest.skip("Envoy is not installed")
    with Server() as server:
        process, port = proxies.envoy(server.grpc.rsplit(":", 1)[1], tmp_path_factory.mktemp("bridge"), is_bridge=True)
        wait_for_port(port)
        yield port
        process.stop()


def call(port, path, message, text):
    data = message.SerializeToString()
    body = struct.pack(">BI", 0, len(data)) + data
    kind = "application/grpc-web-text" if text else "application/grpc-web+proto"
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", base64.b64encode(body) if text else body, {"Content-Type": kind, "Accept": kind, "X-Grpc-Web": "1"})
    with urllib.request.urlopen(request, timeout=20) as reply:
        body = reply.read()
    if text:
        body = b"".join(base64.b64decode(body[i:i + 4]) for i in range(0, len(body), 4))
    frames = []
    while body:
        flag, length = struct.unpack(">BI", body[:5])
        frames.append((flag, body[5:5 + length]))
        body = body[5 + length:]
    return frames


@pytest.mark.parametrize("text", [False, True])
def test_an_inference(bridge, text):
    message = pb.ModelInferRequest(model_name="digits-mlp", id="b")
    message.inputs.add(name="pixels", datatype="FP32", shape=[2, 64])
    message.raw_input_contents.append(bytes(4 * 128))
    (flag, reply), (last, trailers) = call(bridge, "/inference.GRPCInferenceService/ModelInfer", message, text)
    assert (flag, last) == (0, 0x80) and b"grpc-status:0" in trailers.replace(b" ", b"")
    assert pb.ModelInferResponse.FromString(reply).id == "b"


def test_an_error(bridge):
    frames = call(bridge, "/inference.GRPCInferenceService/ModelMetadata", pb.ModelMetadataRequest(name="nowhere"), False)
    assert frames == [] or b"grpc-status:5" in frames[-1][1].replace(b" ", b"")
