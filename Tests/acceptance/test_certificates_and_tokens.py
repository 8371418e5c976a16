"""Certificates that are replaced while serving, and ports that ask for tokens."""
import os, select, shutil, socket, ssl, subprocess, time, urllib.error, urllib.request

import grpc
import pytest
from tritonclient.grpc import service_pb2, service_pb2_grpc

from server import EXAMPLES, Server


def certificate(folder, name):
    """A certificate of its own, for 127.0.0.1; (certificate, key) as files."""
    files = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", files[1], "-out",
         files[0], "-days", "30", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    return files


def der(file):
    return ssl.PEM_cert_to_DER_cert(file.read_text())


def presented(address):
    """The certificate that a new connection is shown."""
    host, port = address.rsplit(":", 1)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    with socket.create_connection((host, int(port)), timeout=5) as plain, context.wrap_socket(plain) as secure:
        assert secure.selected_alpn_protocol() == "h2"
        return secure.getpeercert(binary_form=True)


def wait_until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def log_until(server, text, seconds=10):
    """Reads the server's log until a line has `text`."""
    descriptor, seen, deadline = server.process.stderr.fileno(), "", time.monotonic() + seconds
    while text not in seen:
        ready, _, _ = select.select([descriptor], [], [], max(0, deadline - time.monotonic()))
        assert ready, f"{text!r} is not in the log:\n{seen}"
        seen += os.read(descriptor, 1 << 16).decode()
    return seen


def test_a_certificate_is_replaced_while_serving(tmp_path):
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    first, second = certificate(tmp_path, "first"), certificate(tmp_path, "second")
    used = tmp_path / "used.pem", tmp_path / "used.key"

    def install(files):
        for source, target in zip(files, used):
            shutil.copy(source, target)

    install(first)
    with Server(EXAMPLES, "--tls-cert", used[0], "--tls-key", used[1]) as server:
        assert presented(server.grpc) == der(first[0])
        credentials = grpc.ssl_channel_credentials(first[0].read_bytes())
        with grpc.secure_channel(server.grpc, credentials) as channel:
            stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
            assert stub.ServerLive(service_pb2.ServerLiveRequest(), timeout=10).live
            install(second)
            wait_until(lambda: presented(server.grpc) == der(second[0]))
            # The connection that was there goes on.
            assert stub.ServerLive(service_pb2.ServerLiveRequest(), timeout=10).live
        log_until(server, "certificate reloaded")
        used[0].write_text("no certificate")
        log_until(server, "certificate kept")
        assert presented(server.grpc) == der(second[0])
        install(first)
        wait_until(lambda: presented(server.grpc) == der(first[0]))


def test_metrics_ask_for_their_scope(tmp_path):
    tokens = tmp_path / "tokens"
    tokens.write_text("reader metrics\ncaller infer\n")

    def get(token):
        request = urllib.request.Request(f"http://{server.metrics}/metrics")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return response.status, response.headers, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    with Server(EXAMPLES, "--auth-token-file", tokens) as server:
        for token in [None, "stranger", ""]:
            status, headers, _ = get(token)
            assert (status, headers["WWW-Authenticate"]) == (401, "Bearer")
        status, headers, _ = get("caller")
        assert (status, headers["WWW-Authenticate"]) == (403, 'Bearer error="insufficient_scope"')
        status, _, text = get("reader")
        assert status == 200 and "# TYPE" in text
        assert 'martlet_wire_events_total{event="ping_strikes_exceeded"} 0' in text
        # A token that is added works without a restart.
        tokens.write_text("reader metrics\ncaller infer\nnewcomer metrics\n")
        wait_until(lambda: get("newcomer")[0] == 200)
