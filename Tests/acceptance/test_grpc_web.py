"""gRPC-Web on the HTTP port, as browsers' clients frame it, and what a browser asks before it calls."""
import base64
import json
import struct

import numpy as np
import pytest
from tritonclient.grpc import service_pb2 as pb

from conftest import golden_requests
from server import EXAMPLES, Server
from test_triton_http import call

INFER = "/inference.GRPCInferenceService/ModelInfer"
STREAM = "/inference.GRPCInferenceService/ModelStreamInfer"


def frame(message):
    data = message.SerializeToString()
    return struct.pack(">BI", 0, len(data)) + data


def frames(body):
    found = []
    while body:
        flag, length = struct.unpack(">BI", body[:5])
        found.append((flag, body[5:5 + length]))
        body = body[5 + length:]
    return found


def decode_parts(text):
    """Base64 that is padded wherever a part ends."""
    return b"".join(base64.b64decode(text[i:i + 4]) for i in range(0, len(text), 4))


def status_of(trailers):
    return dict(line.split(":", 1) for line in trailers.decode().split("\r\n") if line)


def infer_request(model, inputs, request_id=""):
    message = pb.ModelInferRequest(model_name=model, id=request_id)
    for name, array in inputs.items():
        message.inputs.add(name=name, datatype="FP32", shape=array.shape)
        message.raw_input_contents.append(array.tobytes())
    return message


def web(server, path, body, text=False, **headers):
    kind = "application/grpc-web-text" if text else "application/grpc-web+proto"
    body = base64.b64encode(body) if text else body
    status, reply_headers, reply = call(server, path, body, **{"Content-Type": kind, "X-Grpc-Web": "1", **headers})
    assert status == 200, reply
    assert reply_headers["Content-Type"].startswith("application/grpc-web-text" if text else "application/grpc-web")
    return frames(decode_parts(reply) if text else reply)


@pytest.mark.parametrize("text", [False, True])
def test_unary(server, text):
    model, inputs, outputs, _ = next(iter(golden_requests())).values
    (flag, message), (last, trailers) = web(server, INFER, frame(infer_request(model, inputs, "w")), text)
    reply = pb.ModelInferResponse.FromString(message)
    assert flag == 0 and last == 0x80 and status_of(trailers)["grpc-status"] == "0"
    assert reply.id == "w" and {output.name for output in reply.outputs} == set(outputs)


@pytest.mark.parametrize("text", [False, True])
def test_many_replies(server, text):
    model, inputs, _, _ = next(iter(golden_requests())).values
    body = b"".join(frame(infer_request(model, inputs, str(i))) for i in range(20))
    *messages, (last, trailers) = web(server, STREAM, body, text)
    assert {pb.ModelStreamInferResponse.FromString(m).infer_response.id for _, m in messages} == {str(i) for i in range(20)}
    assert status_of(trailers)["grpc-status"] == "0"


def test_errors_are_in_the_trailers(server):
    ((last, trailers),) = web(server, INFER, frame(infer_request("nowhere", {})))
    assert last == 0x80 and status_of(trailers)["grpc-status"] == "5" and "nowhere" in status_of(trailers)["grpc-message"]
    ((_, trailers),) = web(server, "/no.Service/Method", b"")
    assert status_of(trailers)["grpc-status"] == "12"


@pytest.mark.parametrize("status, body, kind", [
    (400, b"\0\0\0", "application/grpc-web"), (400, struct.pack(">BI", 0, 1 << 31), "application/grpc-web"),
    (415, struct.pack(">BI", 1, 0), "application/grpc-web"), (400, b"***=", "application/grpc-web-text"), (415, b"", "application/grpc"),
])
def test_bodies_that_are_none(server, status, body, kind):
    assert call(server, INFER, body, **{"Content-Type": kind})[0] == status


def test_tokens_hold_here_too(tmp_path):
    tokens = tmp_path / "tokens"
    tokens.write_text("reader infer\n")
    tokens.chmod(0o600)
    model, inputs, _, _ = next(iter(golden_requests())).values
    body = frame(infer_request(model, inputs))
    with Server(EXAMPLES, "--auth-token-file", tokens) as server:
        ((_, trailers),) = web(server, INFER, body)
        assert status_of(trailers)["grpc-status"] == "16"
        assert status_of(web(server, INFER, body, Authorization="Bearer reader")[-1][1])["grpc-status"] == "0"


PREFLIGHT = {"Origin": "https://page.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-grpc-web"}


def test_other_origins_are_kept_out_by_default(server):
    status, headers, _ = call(server, INFER, method="OPTIONS", **PREFLIGHT)
    assert status == 405 and "Access-Control-Allow-Origin" not in headers
    assert "Access-Control-Allow-Origin" not in call(server, "/v2", Origin="https://page.example")[1]


def test_origins_that_are_let_in():
    with Server(EXAMPLES, "--cors-origin", "https://page.example") as server:
        status, headers, _ = call(server, INFER, method="OPTIONS", **PREFLIGHT)
        assert status == 204 and headers["Access-Control-Allow-Origin"] == "https://page.example"
        assert headers["Access-Control-Allow-Headers"] == "x-grpc-web" and headers["Access-Control-Allow-Methods"] == "POST"
        assert call(server, "/v2", Origin="https://page.example")[1]["Access-Control-Allow-Origin"] == "https://page.example"
        assert call(server, INFER, method="OPTIONS", **{**PREFLIGHT, "Origin": "https://other.example"})[0] == 405
        assert "Access-Control-Allow-Origin" not in call(server, "/v2", Origin="https://other.example")[1]


def test_live_page_and_what_it_shows(server):
    status, headers, page = call(server, "/")
    assert status == 200 and headers["Content-Type"].startswith("text/html") and b"<title>Martlet" in page
    assert "default-src 'none'" in headers["Content-Security-Policy"] and b"http://" not in page and b"https://" not in page
    model, inputs, _, _ = next(iter(golden_requests())).values
    web(server, INFER, frame(infer_request(model, inputs)))
    live = json.loads(call(server, "/live.json")[2])
    assert {entry["model"] for entry in live["models"]} == {folder.name for folder in EXAMPLES.iterdir()}
    (entry,) = [entry for entry in live["models"] if entry["model"] == model]
    assert entry["answered"] >= 1 and entry["rows"] >= 1 and entry["p50_ms"] > 0 and entry["inputs"][0]["datatype"] == "FP32"
