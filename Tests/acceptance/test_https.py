"""The HTTP and metrics ports under TLS, as the clients that people have ask them."""
import http.client, os, shutil, socket, ssl, subprocess, time

import numpy as np
import pytest
import tritonclient.http as triton

from server import EXAMPLES, Server

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Authority:
    """Signs certificates for 127.0.0.1."""

    def __init__(self, folder):
        self.folder, self.file, self.key = folder, folder / "ca.pem", folder / "ca.key"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", self.key, "-out",
                self.file, "-days", "30", "-subj", "/CN=authority")

    def sign(self, name):
        key, request, file = (self.folder / f"{name}.{end}" for end in ("key", "csr", "pem"))
        names = self.folder / "names"
        names.write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", request, "-subj",
                f"/CN={name}")
        openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.key, "-CAcreateserial", "-days", "30", "-out", file,
                "-extfile", names)
        return file, key


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def certificate(authority):
    return authority.sign("server")


def curl(*arguments):
    done = subprocess.run(["curl", "-sS", "-m", "10", *map(str, arguments)], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def infer(client):
    pixels = triton.InferInput("pixels", [1, 64], "FP32")
    pixels.set_data_from_numpy(np.zeros([1, 64], np.float32))
    return client.infer("digits-mlp", [pixels]).get_response()["model_name"]


@pytest.fixture(scope="module")
def server(certificate):
    with Server(EXAMPLES, "--tls-cert", certificate[0], "--tls-key", certificate[1]) as running:
        yield running


def test_curl_trusts_the_certificate(server, authority):
    code, text, error = curl("--cacert", authority.file, f"https://{server.http}/v2/health/ready")
    assert (code, text) == (0, '{"ready":true}'), error
    assert curl(f"https://{server.http}/v2/health/ready")[0] == 60


def test_metrics_are_under_tls_too(server, authority):
    code, text, error = curl("--cacert", authority.file, f"https://{server.metrics}/metrics")
    assert code == 0 and "martlet_wire_events_total" in text, error
    assert curl(f"http://{server.metrics}/metrics")[0] != 0


def test_plain_text_gets_no_answer(server):
    code, text, _ = curl(f"http://{server.http}/v2/health/ready")
    assert code != 0 and not text


def test_tritonclient_speaks_tls(server, authority):
    client = triton.InferenceServerClient(
        server.http, ssl=True, ssl_options={"ca_certs": str(authority.file)}, insecure=False)
    assert client.is_server_ready() and infer(client) == "digits-mlp"


def test_large_bodies_pass(server, authority):
    """Many records of TLS either way, over one connection that is kept."""
    context = ssl.create_default_context(cafile=str(authority.file))
    host, port = server.http.split(":")
    connection = http.client.HTTPSConnection(host, int(port), context=context, timeout=20)
    rows = np.arange(64 * 5000, dtype=np.float32).tobytes()
    for _ in range(3):
        connection.request("POST", "/v2/models/digits-mlp/infer", rows, {"Inference-Header-Content-Length": "0"})
        answer = connection.getresponse()
        assert answer.status == 200 and len(answer.read()) > 64 * 5000 // 64 * 4
    connection.close()


def test_what_is_offered_is_http_1(server, authority):
    context = ssl.create_default_context(cafile=str(authority.file))
    context.set_alpn_protocols(["h2", "http/1.1"])
    host, port = server.http.split(":")
    with socket.create_connection((host, int(port)), timeout=5) as plain, context.wrap_socket(plain, server_hostname=host) as secure:
        assert secure.selected_alpn_protocol() == "http/1.1"


def test_a_client_that_only_connects_holds_nobody_up(server, authority):
    host, port = server.http.split(":")
    idle = [socket.create_connection((host, int(port))) for _ in range(50)]
    for connection in idle[:25]:
        connection.send(b"no handshake at all\r\n\r\n")
    assert curl("--cacert", authority.file, f"https://{server.http}/v2/health/live")[0] == 0
    for connection in idle:
        connection.close()


def test_clients_without_a_certificate_are_kept_out(authority, certificate):
    own = authority.sign("client")
    with Server(EXAMPLES, "--tls-cert", certificate[0], "--tls-key", certificate[1], "--tls-client-ca", authority.file) as server:
        for address in [server.http, server.metrics]:
            path = "metrics" if address == server.metrics else "v2/health/ready"
            assert curl("--cacert", authority.file, f"https://{address}/{path}")[0] != 0
            known = ["--cacert", authority.file, "--cert", own[0], "--key", own[1]]
            assert curl(*known, "-f", f"https://{address}/{path}")[0] == 0
        options = {"ca_certs": str(authority.file), "certfile": str(own[0]), "keyfile": str(own[1])}
        assert infer(triton.InferenceServerClient(server.http, ssl=True, ssl_options=options)) == "digits-mlp"


def presented(address):
    host, port = address.split(":")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((host, int(port)), timeout=5) as plain, context.wrap_socket(plain) as secure:
        return secure.getpeercert(binary_form=True)


def test_a_certificate_is_replaced_while_serving(authority, tmp_path):
    first, second = authority.sign("first"), authority.sign("second")
    used = tmp_path / "used.pem", tmp_path / "used.key"
    for source, target in zip(first, used):
        shutil.copy(source, target)
    der = lambda pair: ssl.PEM_cert_to_DER_cert(pair[0].read_text())
    with Server(EXAMPLES, "--tls-cert", used[0], "--tls-key", used[1]) as server:
        assert presented(server.http) == presented(server.metrics) == der(first)
        for source, target in zip(second, used):
            fresh = target.with_suffix(".new")
            shutil.copy(source, fresh)
            os.replace(fresh, target)
        deadline = time.monotonic() + 10
        while presented(server.http) != der(second) or presented(server.metrics) != der(second):
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_a_port_may_stay_in_plain_text(authority, certificate):
    with Server(
        EXAMPLES, "--tls-cert", certificate[0], "--tls-key", certificate[1], "--plain-port", "metrics", "--plain-port", "http") as server:
        assert curl("-f", f"http://{server.metrics}/metrics")[0] == 0
        assert curl("-f", f"http://{server.http}/v2/health/live")[0] == 0
        host, port = server.grpc.split(":")
        context = ssl.create_default_context(cafile=str(authority.file))
        context.set_alpn_protocols(["h2"])
        with socket.create_connection((host, int(port)), timeout=5) as plain, context.wrap_socket(plain, server_hostname=host) as secure:
            assert secure.selected_alpn_protocol() == "h2"


def test_plain_ports_off_loopback_are_warned_of(certificate):
    tls = ["--listen", "0.0.0.0", "--tls-cert", certificate[0], "--tls-key", certificate[1]]
    for options, warned in [([], False), (["--plain-port", "metrics"], True)]:
        server = Server(EXAMPLES, *tls, *options)
        server.process.terminate()
        _, log = server.process.communicate(timeout=30)
        assert ("in plain text" in log) == warned, log
