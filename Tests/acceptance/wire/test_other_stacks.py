"""gRPC stacks that share no code with grpcio's: grpclib on h2, Go's, and curl."""
import asyncio, os, pathlib, shutil, subprocess

import pytest

from interop import ROOT, SERVICE, messages, which

GO_CASES = [
    "empty_unary", "large_unary", "client_streaming", "server_streaming", "ping_pong", "empty_stream", "timeout_on_sleeping_server",
    "cancel_after_begin", "cancel_after_first_response", "status_code_and_message", "special_status_message", "custom_metadata",
    "unimplemented_method", "unimplemented_service"]


class Codec:
    """grpclib's codec interface over message classes."""
    __content_subtype__ = "proto"

    def encode(self, message, kind):
        return message.SerializeToString()

    def decode(self, data, kind):
        return kind.FromString(data)


@pytest.fixture
def grpclib_run(interop_server):
    client = pytest.importorskip("grpclib.client")

    def run(body):
        async def main():
            channel = client.Channel("127.0.0.1", interop_server.port, codec=Codec())
            try:
                return await asyncio.wait_for(body(client, channel), 30)
            finally:
                channel.close()
        return asyncio.run(main())
    return run


def test_grpclib_unary(grpclib_run):
    m = messages()

    async def body(client, channel):
        method = client.UnaryUnaryMethod(channel, SERVICE + "UnaryCall", m["SimpleRequest"], m["SimpleResponse"])
        sizes = []
        for size in [0, 1, 70_000, 600_000]:
            request = m["SimpleRequest"](response_size=size, payload=m["Payload"](body=bytes(size)))
            sizes.append(len((await method(request, timeout=10)).payload.body))
        return sizes

    assert grpclib_run(body) == [0, 1, 70_000, 600_000]


def test_grpclib_metadata_and_status(grpclib_run):
    import grpclib
    m = messages()

    async def body(client, channel):
        method = client.UnaryUnaryMethod(channel, SERVICE + "UnaryCall", m["SimpleRequest"], m["SimpleResponse"])
        async with method.open(metadata={"x-grpc-test-echo-initial": "i", "x-grpc-test-echo-trailing-bin": b"\0\1\xff"}) as stream:
            await stream.send_message(m["SimpleRequest"](), end=True)
            await stream.recv_message()
            await stream.recv_trailing_metadata()
            assert stream.initial_metadata["x-grpc-test-echo-initial"] == "i"
            assert stream.trailing_metadata["x-grpc-test-echo-trailing-bin"] == b"\0\1\xff"
        try:
            await method(m["SimpleRequest"](response_status=m["EchoStatus"](code=9, message="na\u00efve \u263a")))
        except grpclib.GRPCError as error:
            return error.status.value, error.message

    assert grpclib_run(body) == (9, "na\u00efve \u263a")


def test_grpclib_bidi_and_deadline(grpclib_run):
    m = messages()
    from grpclib import const, exceptions

    async def body(client, channel):
        method = client.StreamStreamMethod(
            channel, SERVICE + "FullDuplexCall", m["StreamingOutputCallRequest"], m["StreamingOutputCallResponse"])
        sizes = []
        async with method.open() as stream:
            for size in [10, 100_000, 1]:
                await stream.send_message(m["StreamingOutputCallRequest"](
                    response_parameters=[m["ResponseParameters"](size=size)]))
                sizes.append(len((await stream.recv_message()).payload.body))
            await stream.end()
            assert await stream.recv_message() is None
        try:
            async with method.open(timeout=0.1) as stream:
                await stream.send_message(m["StreamingOutputCallRequest"](
                    response_parameters=[m["ResponseParameters"](size=1, interval_us=5_000_000)]))
                await stream.recv_message()
        # Both ends watch the same deadline: whichever is first says so.
        except asyncio.TimeoutError:
            return sizes
        except exceptions.GRPCError as error:
            assert error.status is const.Status.DEADLINE_EXCEEDED
            return sizes

    assert grpclib_run(body) == [10, 100_000, 1]


@pytest.fixture(scope="session")
def go_client(tmp_path_factory):
    """gRPC's own interop client, built from Debian's source package and Debian's Go libraries."""
    client = ROOT / ".build" / "interop-client-go"
    if not client.exists():
        if which("go") is None:
            pytest.skip("golang-go is not installed")
        script = pathlib.Path(__file__).with_name("build-go-client.sh")
        built = subprocess.run([script, client], capture_output=True, text=True, timeout=600)
        if not client.exists():
            pytest.skip(f"the Go client could not be built: {built.stderr[-300:]}")
    return client


@pytest.mark.parametrize("case", GO_CASES)
def test_go(go_client, interop_server, case):
    done = subprocess.run(
        [go_client, "-server_host=127.0.0.1", f"-server_port={interop_server.port}", "-use_tls=false", f"-test_case={case}"],
        capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("method,body", [("GET", b'{"live":true}'), ("HEAD", b""), ("POST", b'{"live":true}')])
def test_curl_on_the_grpc_port(interop_server, method, body):
    command = ["curl", "-s", "--http2-prior-knowledge", f"http://127.0.0.1:{interop_server.port}/v2/health/live"]
    command += {"GET": [], "HEAD": ["-I"], "POST": ["-d", "abc"]}[method]
    answer = subprocess.run(command, capture_output=True, timeout=30).stdout
    if method == "HEAD":
        assert answer.startswith(b"HTTP/2 200")
    else:
        assert answer == body


def test_curl_sees_415_for_another_content_type(interop_server):
    answer = subprocess.run(
        ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--http2-prior-knowledge", "-d", "{}", "-H",
         "content-type: application/json", f"http://127.0.0.1:{interop_server.port}{SERVICE}UnaryCall"], capture_output=True, timeout=30)
    assert answer.stdout == b"415"
