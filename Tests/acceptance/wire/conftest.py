import pathlib, sys

import grpc
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import interop
import proxies


@pytest.fixture(scope="session")
def interop_server(tmp_path_factory):
    socket = tmp_path_factory.mktemp("socket") / "martlet.sock"
    server = interop.InteropServer("--socket", socket)
    server.socket = socket
    yield server
    assert server.stop() == 0


@pytest.fixture(scope="session", params=["direct", "socket", *proxies.PROXIES])
def channel(request, interop_server, tmp_path_factory):
    """A channel to the interop server: direct, by its Unix socket, and through each proxy."""
    process = None
    if request.param == "direct":
        target = f"127.0.0.1:{interop_server.port}"
    elif request.param == "socket":
        target = f"unix:{interop_server.socket}"
    else:
        started = proxies.start(request.param, interop_server.port, tmp_path_factory.mktemp(request.param))
        if started is None:
            pytest.skip(f"{request.param} is not installed")
        process, port = started
        target = f"127.0.0.1:{port}"
    with grpc.insecure_channel(target, options=[("grpc.max_receive_message_length", -1)]) as channel:
        yield channel
    if process is not None:
        process.stop()


class Stub:
    """The methods of grpc.testing.TestService on a channel."""

    def __init__(self, channel):
        m = interop.messages()
        def method(kind, name, request, response):
            return getattr(channel, kind)(
                interop.SERVICE + name, request_serializer=lambda x: x.SerializeToString(), response_deserializer=response.FromString)
        self.empty = method("unary_unary", "EmptyCall", m["Empty"], m["Empty"])
        self.unary = method("unary_unary", "UnaryCall", m["SimpleRequest"], m["SimpleResponse"])
        self.unimplemented = method("unary_unary", "UnimplementedCall", m["Empty"], m["Empty"])
        self.output = method("unary_stream", "StreamingOutputCall", m["StreamingOutputCallRequest"], m["StreamingOutputCallResponse"])
        self.input = method("stream_unary", "StreamingInputCall", m["StreamingInputCallRequest"], m["StreamingInputCallResponse"])
        self.duplex = method("stream_stream", "FullDuplexCall", m["StreamingOutputCallRequest"], m["StreamingOutputCallResponse"])
        self.half_duplex = method("stream_stream", "HalfDuplexCall", m["StreamingOutputCallRequest"], m["StreamingOutputCallResponse"])


@pytest.fixture
def stub(channel):
    return Stub(channel)
