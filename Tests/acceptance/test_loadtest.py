"""The load generator against a served example model: its exit codes, its JSON, and that it does not take a wrong answer for a right one."""
import json, urllib.request, re, socket, ssl, struct, subprocess

import grpc
import pytest

from server import EXAMPLES, ROOT, Server

LOADTEST = ROOT / ".build" / "release" / "loadtest"
GOLDEN = EXAMPLES / "digits-mlp" / "1" / "golden" / "rows-3.json"


def run(*options, target=None, timeout=60):
    command = [str(LOADTEST), *(["--target", target] if target else []), *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout)


def measured(path, *options, target, code=0):
    done = run(*options, "--warmup", "100ms", "--json", path, target=target)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(path.read_text())


def test_json_has_the_fields_that_scripts_rely_on(server, tmp_path):
    result = measured(tmp_path / "r.json", "--model", "digits-mlp", "--connections", 2, "--streams", 4, "--duration", "1s", target=server.grpc)
    assert result["failures"] == 0
    assert result["requests_per_second"] > 0
    assert result["client_cpu_seconds"] > 0
    latency = result["latency_ms"]
    assert 0 < latency["p50"] <= latency["p90"] <= latency["p99"] <= latency["p999"] <= latency["max"]
    assert abs(result["requests_per_second"] * result["duration_seconds"] - result["successes"]) <= 8


@pytest.mark.parametrize("model", sorted(folder.name for folder in EXAMPLES.iterdir()))
def test_every_example_with_made_up_inputs(server, tmp_path, model):
    result = measured(tmp_path / "r.json", "--model", model, "--batch", 3, "--duration", "300ms", target=server.grpc)
    assert result["failures"] == 0 and result["successes"] > 0


def test_an_open_loop_sends_what_is_due(server, tmp_path):
    result = measured(
        tmp_path / "r.json", "--model", "digits-mlp", "--rate", 200, "--arrivals", "constant", "--duration", "2s", target=server.grpc)
    assert result["mode"] == "open"
    assert result["requests"] == 400 and result["failures"] == 0


def test_golden_answers_are_compared(server, tmp_path):
    result = measured(tmp_path / "r.json", "--model", "digits-mlp", "--golden", GOLDEN, "--duration", "300ms", target=server.grpc)
    assert result["failures"] == 0


def test_a_wrong_golden_is_a_failure(server, tmp_path):
    golden = json.loads(GOLDEN.read_text())
    output = next(iter(golden["outputs"].values()))
    values = output["data"]
    while isinstance(values[0], list):
        values = values[0]
    values[0] += 1
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(golden))
    result = measured(tmp_path / "r.json", "--model", "digits-mlp", "--golden", wrong, "--duration", "300ms", target=server.grpc, code=1)
    assert result["successes"] == 0
    assert result["failures"] > 0
    assert result["failures_by_kind"] == {"wrong_answer": result["failures"]}
    assert "expected" in result["failure_samples"]["wrong_answer"]


def test_an_unreachable_target_says_so():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    for options in (["--model", "digits-mlp"], ["--method", "/a.B/C"]):
        done = run(*options, "--duration", "1s", target=f"127.0.0.1:{port}")
        assert done.returncode == 2
        assert f"cannot connect to 127.0.0.1:{port}: Connection refused" in done.stderr


def test_a_server_that_speaks_something_else_says_so(server):
    done = run("--method", "/a.B/C", "--duration", "1s", target=server.http)
    assert done.returncode == 2
    assert "did not speak HTTP/2" in done.stderr


def test_an_unknown_model_says_so(server):
    done = run("--model", "nowhere", "--duration", "1s", target=server.grpc)
    assert done.returncode == 2 and "nowhere" in done.stderr


def test_assertions_decide_the_exit_code(server):
    options = ["--model", "digits-mlp", "--duration", "300ms", "--warmup", "100ms"]
    assert run(*options, "--assert", "errors == 0", "--assert", "p99 < 10s", target=server.grpc).returncode == 0
    done = run(*options, "--assert", "p50 < 1ns", target=server.grpc)
    assert done.returncode == 1 and "FAILS  p50 < 1ns" in done.stdout


def test_the_smoke_scenario_holds(server, tmp_path):
    done = run("--scenario", ROOT / "loadtest" / "scenarios" / "smoke.yaml", "--json", tmp_path / "r.json", "--html", tmp_path / "r.html",
               "--hdr", tmp_path / "r.hdr", target=server.grpc)
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads((tmp_path / "r.json").read_text())
    assert [a["holds"] for a in result["assertions"]] == [True, True]
    assert "<svg" in (tmp_path / "r.html").read_text()
    assert (tmp_path / "r.hdr").read_text().startswith("#[Histogram log format version 1.3]")


@pytest.mark.parametrize("path", sorted((ROOT / "loadtest" / "scenarios").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_scenario_can_be_read(path):
    # Without a server the file is all that has been read.
    done = run("--scenario", path, target="127.0.0.1:1")
    assert done.returncode == 2 and "cannot connect" in done.stderr, done.stderr


def test_a_mix_counts_each_model(server, tmp_path):
    result = measured(
        tmp_path / "r.json", "--model", "digits-mlp:3", "--model", "diabetes-boosting:1", "--connections", 2, "--streams", 8, "--duration", "1s",
        target=server.grpc)
    assert [m["name"] for m in result["models"]] == ["digits-mlp", "diabetes-boosting"]
    first, second = (m["successes"] for m in result["models"])
    assert second > 0 and 2 < first / second < 4.5
    assert result["failures"] == 0


def test_a_connection_that_is_replaced_costs_no_request(server, tmp_path):
    result = measured(
        tmp_path / "r.json", "--model", "digits-mlp", "--connections", 2, "--streams", 4, "--reconnect-every", 50, "--duration", "1s",
        target=server.grpc)
    assert result["failures"] == 0 and result["successes"] > 100


def test_cancelled_requests_are_neither(server, tmp_path):
    result = measured(
        tmp_path / "r.json", "--model", "digits-mlp", "--rate", 300, "--cancel", "50%", "--cancel-within", "50us", "--duration", "1s",
        target=server.grpc)
    # Fewer than the server takes for an attack.
    assert result["cancelled"] > 0 and result["successes"] > 0
    assert result["failures"] == 0


def test_a_time_out_is_a_failure(tmp_path):
    """A server that never answers."""
    class Silent(grpc.GenericRpcHandler):
        def service(self, details):
            def handler(request, context):
                import time
                time.sleep(0.5)
                return b""
            return grpc.unary_unary_rpc_method_handler(handler)

    from concurrent import futures
    server = grpc.server(futures.ThreadPoolExecutor(4), handlers=[Silent()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        result = measured(
            tmp_path / "r.json", "--method", "/slow.Service/Call", "--timeout", "50ms", "--streams", 2, "--duration", "500ms",
            target=f"127.0.0.1:{port}", code=1)
    finally:
        server.stop(None)
    kinds = result["failures_by_kind"]
    assert result["successes"] == 0
    assert kinds.get("timed_out", 0) + kinds.get("DEADLINE_EXCEEDED", 0) == result["failures"] > 0


@pytest.mark.parametrize("compression", ["gzip", "deflate"])
def test_compressed_requests_and_answers(server, tmp_path, compression):
    result = measured(
        tmp_path / "r.json", "--model", "digits-mlp", "--golden", GOLDEN, "--compression", compression, "--duration", "300ms", target=server.grpc)
    assert result["failures"] == 0 and result["successes"] > 0


def test_a_capture_is_played_with_its_timing(server, tmp_path):
    """Fifty calls of ServerLive, 10 ms apart."""
    path = b"/inference.GRPCInferenceService/ServerLive"
    record = lambda i: struct.pack("<QQBBHH", i * 10_000_000, 0, 0, 0, len(path), 0) + path
    capture = struct.pack("<8sQd", b"MLTCAP2\n", 0, 1.0) + b"".join(struct.pack("<I", len(record(i))) + record(i) for i in range(50))
    (tmp_path / "c.cap").write_bytes(capture)
    done = run("--replay", tmp_path / "c.cap", "--json", tmp_path / "r.json", target=server.grpc)
    assert done.returncode == 0, done.stderr
    result = json.loads((tmp_path / "r.json").read_text())
    assert result["mode"] == "replay"
    assert result["requests"] == 50 and result["failures"] == 0
    assert 0.49 < result["duration_seconds"] < 0.5


def test_a_sweep_has_one_row_for_each_concurrency(server, tmp_path):
    done = run("--model", "digits-mlp", "--sweep", "1,4", "--duration", "300ms", "--warmup", "100ms", "--json", tmp_path / "r.json", target=server.grpc)
    assert done.returncode == 0, done.stderr
    trials = json.loads((tmp_path / "r.json").read_text())["trials"]
    assert [t["concurrency"] for t in trials] == [1, 4]
    assert all(t["failures"] == 0 for t in trials)


def test_tls_and_tokens(tmp_path):
    key, certificate, tokens = tmp_path / "key.pem", tmp_path / "cert.pem", tmp_path / "tokens"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", certificate,
         "-days", "30", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    with Server(EXAMPLES, "--tls-cert", certificate, "--tls-key", key) as server:
        port = server.grpc.rsplit(":", 1)[1]
        options = ["--model", "digits-mlp", "--duration", "300ms", "--warmup", "100ms"]
        done = run(*options, "--tls-ca", certificate, target=f"localhost:{port}")
        assert done.returncode == 0, done.stdout + done.stderr
        assert run(*options, target=f"localhost:{port}").returncode == 2


@pytest.mark.parametrize("protocol", ["kserve-rest", "kserve-binary", "tfserving-rest"])
@pytest.mark.parametrize("model", sorted(folder.name for folder in EXAMPLES.iterdir()))
def test_every_example_over_rest(server, tmp_path, protocol, model):
    result = measured(
        tmp_path / "r.json", "--protocol", protocol, "--model", model, "--batch", 2, "--connections", 2, "--duration", "300ms", target=server.http)
    assert result["failures"] == 0 and result["successes"] > 0


@pytest.mark.parametrize("protocol", ["kserve-rest", "kserve-binary", "tfserving-rest"])
def test_golden_answers_over_rest(server, tmp_path, protocol):
    good = measured(tmp_path / "r.json", "--protocol", protocol, "--model", "digits-mlp", "--golden", GOLDEN, "--duration", "300ms", target=server.http)
    assert good["failures"] == 0
    golden = json.loads(GOLDEN.read_text())
    output = next(iter(golden["outputs"].values()))
    values = output["data"]
    while isinstance(values[0], list):
        values = values[0]
    values[0] += 1
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(golden))
    bad = measured(tmp_path / "r.json", "--protocol", protocol, "--model", "digits-mlp", "--golden", wrong, "--duration", "300ms", target=server.http, code=1)
    assert bad["successes"] == 0 and set(bad["failures_by_kind"]) == {"wrong_answer"}


def test_rest_reconnects_and_compresses(server, tmp_path):
    result = measured(
        tmp_path / "r.json", "--protocol", "kserve-binary", "--model", "digits-mlp", "--batch", 64, "--connections", 2, "--reconnect-every", 20,
        "--compression", "gzip", "--duration", "1s", target=server.http)
    assert result["failures"] == 0 and result["successes"] > 100


def test_an_unknown_model_over_rest_says_so(server):
    done = run("--protocol", "kserve-rest", "--model", "nowhere", "--duration", "1s", target=server.http)
    assert done.returncode == 2 and "nowhere" in done.stderr


def captured(path):
    """The requests of a capture, as (nanoseconds, origin, path, model, message)."""
    data = path.read_bytes()
    magic, _, share = struct.unpack_from("<8sQd", data)
    assert magic == b"MLTCAP2\n"
    place, requests = 24, []
    while place < len(data):
        length, nanos, timeout, origin, _, path_bytes, model_bytes = struct.unpack_from("<IQQBBHH", data, place)
        text = data[place + 26:place + 4 + length]
        requests.append((nanos, origin, text[:path_bytes].decode(), text[path_bytes:path_bytes + model_bytes].decode(), text[path_bytes + model_bytes:]))
        place += 4 + length
    return share, requests


def test_requests_of_every_protocol_are_recorded_alike_and_played(tmp_path):
    file = tmp_path / "traffic.cap"
    with Server(EXAMPLES, "--capture", file) as server:
        for protocol, target in (("kserve", server.grpc), ("tfserving", server.grpc), ("kserve-rest", server.http), ("kserve-binary", server.http),
                                 ("tfserving-rest", server.http)):
            measured(tmp_path / "r.json", "--protocol", protocol, "--model", "digits-mlp", "--rate", 50, "--arrivals", "constant", "--connections", 4,
                     "--warmup", "1ms", "--duration", "200ms", target=target)
        metrics = urllib.request.urlopen(f"http://{server.metrics}/metrics").read().decode()
        assert 'martlet_capture_requests_total{result="left_out"} 0' in metrics
        assert server.terminate() == 0
    assert file.stat().st_mode & 0o777 == 0o600
    share, requests = captured(file)
    assert share == 1
    assert {origin for _, origin, *_ in requests} == {1, 3, 4, 5}
    # Whatever it came in, the same question is the same message, but for the order of its fields.
    assert {model for *_, model, _ in requests} == {"digits-mlp"}
    assert {path for _, _, path, *_ in requests} == {"/inference.GRPCInferenceService/ModelInfer"}
    assert len({message for *_, message in requests}) == 1
    with Server(EXAMPLES) as server:
        done = run("--replay", file, "--speed", 4, "--json", tmp_path / "r.json", target=server.grpc)
        assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads((tmp_path / "r.json").read_text())
    assert result["requests"] == len(requests) and result["failures"] == 0
    span = (max(r[0] for r in requests) - min(r[0] for r in requests)) / 1e9
    assert abs(result["duration_seconds"] - span / 4) < 0.01


def test_a_capture_is_a_share_within_bounds(tmp_path):
    file = tmp_path / "traffic.cap"
    file.write_bytes(b"older")
    with Server(EXAMPLES, "--capture", file, "--capture-share", 0.1, "--capture-bytes", 16384, "--capture-files", 3) as server:
        result = measured(tmp_path / "r.json", "--model", "digits-mlp", "--streams", 8, "--warmup", "1ms", "--duration", "1s", target=server.grpc)
        server.terminate()
    files = sorted(tmp_path.glob("traffic.cap*"))
    assert [f.name for f in files] == ["traffic.cap", "traffic.cap.1", "traffic.cap.2"]
    assert all(f.stat().st_size <= 16384 for f in files)
    share, requests = captured(file)
    assert share == 0.1
    nanos = [n for f in files for n, *_ in captured(f)[1]]
    assert len(nanos) > 30


def test_a_capture_that_cannot_be_written_ends_the_start(tmp_path):
    with pytest.raises(RuntimeError, match="cannot write"):
        Server(EXAMPLES, "--capture", tmp_path / "nowhere" / "file")


def test_the_server_is_watched_by_process_and_by_metrics(server, tmp_path):
    options = ["--model", "digits-mlp", "--warmup", "200ms", "--duration", "1s", "--assert", "files_growth <= 10", "--assert", "server.nv_inference_request_failure == 0",
               "--assert", "server.martlet_wire_message_bytes <= 1000000"]
    result = measured(tmp_path / "r.json", *options, "--server-metrics", server.metrics, target=server.grpc)
    assert result["server"]["rss_end_bytes"] > 1 << 20 and result["server"]["metrics_rise"]["nv_inference_request_success"] > 0
    result = measured(tmp_path / "r.json", *options, "--server-metrics", server.metrics, "--server-pid", server.pid, target=server.grpc)
    assert result["server"]["cpu_seconds"] > 0
    done = run("--model", "digits-mlp", "--duration", "300ms", "--server-metrics", server.metrics, "--assert", "server.nv_inference_count <= 0", target=server.grpc)
    assert done.returncode == 1 and "FAILS" in done.stdout
