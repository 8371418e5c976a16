"""The commands that a person types, as a person sees them."""
import json, pathlib, re, subprocess, sys

import numpy as np
import pytest
import tritonclient.grpc as triton

from server import BINARY, EXAMPLES, Server

GRPCURL = pathlib.Path(sys.executable).parent / "grpcurl"


def martlet(*arguments, timeout=60):
    return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=timeout)


def rows(text):
    """The cells of a table's lines."""
    return [line.split() for line in text.splitlines()]


@pytest.mark.parametrize("command", ["serve", "check", "inspect", "predict", "bench", "status"])
def test_help_names_every_argument(command):
    answer = martlet(command, "--help")
    assert answer.returncode == 0
    assert answer.stdout.startswith("OVERVIEW:")
    assert f"USAGE: martlet {command}" in answer.stdout


def test_check_answers_golden_requests():
    answer = martlet("check", EXAMPLES)
    assert answer.returncode == 0
    assert f"{len(list(EXAMPLES.iterdir()))} good, 0 at fault" in answer.stdout


def test_check_reads_configurations(tmp_path):
    (tmp_path / "m" / "1").mkdir(parents=True)
    source = EXAMPLES / "digits-mlp" / "1" / "model.onnx"
    (tmp_path / "m" / "1" / "model.onnx").write_bytes(source.read_bytes())
    (tmp_path / "m" / "model.yaml").write_text("max_batch_size: 8\nbaching: {}\n")
    answer = martlet("check", tmp_path)
    assert answer.returncode == 1
    assert "model.yaml:2: unknown key 'baching'; did you mean 'batching'?" in answer.stdout


def test_check_names_a_broken_file(tmp_path):
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"\x08\x09not a model")
    answer = martlet("check", broken)
    assert answer.returncode == 1
    assert str(broken) in answer.stdout and "FAULT" in answer.stdout


def test_inspect_shows_what_a_file_holds():
    answer = martlet("inspect", EXAMPLES / "digits-mlp")
    assert answer.returncode == 0
    assert re.search(r"^parameters  [\d.]+ k, kept as", answer.stdout, re.M)
    assert re.search(r"^FLOPs       about [\d.]+ k$", answer.stdout, re.M)
    assert re.search(r"^memory      \d.* for \d+ values", answer.stdout, re.M)
    table = rows(answer.stdout)
    assert ["operator", "in", "the", "file", "as", "run"] in table
    assert any(row[:2] == ["ai.onnx.ml::Scaler", "1"] for row in table)
    assert re.search(r"^\d+ nodes in the file, \d+ as run$", answer.stdout, re.M)


def test_inspect_asks_a_server_for_a_name(server):
    answer = martlet("inspect", "digits-mlp", "--target", server.grpc)
    assert answer.returncode == 0
    assert "versions    1" in answer.stdout
    assert any(row[:1] == ["input"] for row in rows(answer.stdout))
    unknown = martlet("inspect", "nothing-of-that-name", "--target", server.grpc)
    assert unknown.returncode != 0
    assert "nothing-of-that-name" in unknown.stderr


def test_status_shows_every_version(server):
    answer = martlet("status", "--target", server.grpc)
    assert answer.returncode == 0
    table = rows(answer.stdout)
    assert [row[:5] for row in table if row[1:2] == ["1"]] == [
        [path.name, "1", "READY", "100", "%"] for path in sorted(EXAMPLES.iterdir())]
    assert {"queued", "running"} <= set(answer.stdout.split())


def test_status_probe_tells_by_its_exit_code(server):
    assert martlet("status", "--probe", "--target", server.grpc).returncode == 0
    assert martlet("status", "--probe", "--target", "127.0.0.1:1").returncode == 1


def test_predict_prints_json_and_tables(server):
    golden = json.loads(next((EXAMPLES / "digits-mlp" / "1" / "golden").glob("*.json")).read_text())
    name, tensor = next(iter(golden["inputs"].items()))
    data = np.array(tensor["data"], np.float32).reshape(tensor["shape"])
    given = f"{name}={json.dumps(data.tolist())}"
    answer = martlet("predict", "digits-mlp", "--input", given, "--output", "json", "--target", server.grpc)
    assert answer.returncode == 0, answer.stderr
    outputs = json.loads(answer.stdout)
    assert outputs
    assert martlet("predict", "digits-mlp", "--input", given, "--target", server.grpc).returncode == 0
    wrong = martlet("predict", "digits-mlp", "--input", "nothing=[1]", "--target", server.grpc)
    assert wrong.returncode != 0 and "nothing" in wrong.stderr


def test_serve_reads_settings_from_a_file(tmp_path):
    settings = tmp_path / "settings.yaml"
    settings.write_text(
        f"model_repository: {EXAMPLES}\nmodel_control_mode: explicit\nload_model: digits-mlp\n"
        "limits:\n  max_message_bytes: 4096\ngrpc_port: 1\n")
    # Options win over the file: nobody may listen on port 1 here.
    with Server(EXAMPLES, "--config", settings) as running:
        client = triton.InferenceServerClient(running.grpc)
        assert client.is_model_ready("digits-mlp")
        assert not client.is_model_ready("cancer-forest")
        tensor = triton.InferInput("pixels", [64, 64], "FP32")
        tensor.set_data_from_numpy(np.zeros([64, 64], np.float32))
        with pytest.raises(triton.InferenceServerException) as error:
            client.infer("digits-mlp", [tensor])
        assert error.value.status() == "StatusCode.RESOURCE_EXHAUSTED"


@pytest.mark.parametrize("options, message", [
    (["--model-repository", "/nonexistent/models"], "cannot read the model repository '/nonexistent/models': No such file or directory"),
    (["--config", "/nonexistent.yaml"], "cannot read /nonexistent.yaml: No such file or directory"),
    (["--model-repository", EXAMPLES, "--grpc-port", "65536"], "65536 is not a port"),
    (["--model-repository", EXAMPLES, "--tls-cert", "c.pem"], "--tls-cert and --tls-key go together"),
    ([], "give --model-repository DIR"),
])
def test_serve_says_what_is_wrong_with_its_options(options, message):
    answer = martlet("serve", *options, timeout=10)
    assert answer.returncode != 0
    assert message in answer.stderr
    assert "listening" not in answer.stdout


def test_a_stop_is_quiet_and_clean():
    running = Server(EXAMPLES)
    running.process.send_signal(15)
    _, log = running.process.communicate(timeout=30)
    assert running.process.returncode == 0
    assert "error" not in log


def test_routing_changes_while_serving(tmp_path):
    source = (EXAMPLES / "digits-mlp" / "1" / "model.onnx").read_bytes()
    for version in ("1", "2"):
        (tmp_path / "digits" / version).mkdir(parents=True)
        (tmp_path / "digits" / version / "model.onnx").write_bytes(source)
    (tmp_path / "digits" / "model.yaml").write_text("versions: all\n")
    with Server(tmp_path) as running:
        shares = lambda: {
            row[1]: row[3] for row in rows(martlet("status", "--target", running.grpc).stdout) if row[:1] == ["digits"]}
        assert shares() == {"1": "0", "2": "100"}
        ask = lambda body: subprocess.run(
            [GRPCURL, "-plaintext", "-d", json.dumps(body), running.grpc, "martlet.v1.Administration/SetRouting"],
            capture_output=True, text=True, timeout=20)
        assert ask({"model": "digits", "weights": {"1": 3, "2": 1}}).returncode == 0
        assert shares() == {"1": "75", "2": "25"}
        refused = ask({"model": "digits", "weights": {"9": 1}})
        assert refused.returncode != 0 and "no live version 9" in refused.stderr
        assert ask({"model": "digits"}).returncode == 0
        assert shares() == {"1": "0", "2": "100"}
