"""`martlet package`, up to the build itself, which deploy/try/image.sh does."""
import json

from server import EXAMPLES
from test_command_line import martlet


def test_a_repository_becomes_a_context(tmp_path):
    context = tmp_path / "context"
    answer = martlet("package", EXAMPLES, "-o", context)
    assert answer.returncode == 0, answer.stderr
    dockerfile = (context / "Dockerfile").read_text()
    assert 'RUN ["/usr/local/bin/martlet", "check", "/models"]' in dockerfile
    for path in EXAMPLES.rglob("*"):
        if path.is_file():
            assert (context / "models" / path.relative_to(EXAMPLES)).read_bytes() == path.read_bytes()
    assert martlet("check", context / "models").returncode == 0


def test_one_model_goes_in_alone(tmp_path):
    context = tmp_path / "context"
    answer = martlet("package", EXAMPLES / "digits-mlp", "-o", context, "--image", "registry.example.org/martlet:7")
    assert answer.returncode == 0, answer.stderr
    assert [path.name for path in (context / "models").iterdir()] == ["digits-mlp"]
    assert "ARG MARTLET=registry.example.org/martlet:7" in (context / "Dockerfile").read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["context"]


def test_models_at_fault_are_not_packaged(tmp_path):
    version = tmp_path / "models" / "digits-mlp" / "1"
    (version / "golden").mkdir(parents=True)
    version.joinpath("model.onnx").write_bytes((EXAMPLES / "digits-mlp" / "1" / "model.onnx").read_bytes())
    wrong = {"inputs": {"nothing": {"datatype": "FP32", "shape": [1], "data": [0]}}, "outputs": {"y": {"datatype": "FP32", "shape": [1], "data": [0]}}}
    (version / "golden" / "a.json").write_text(json.dumps(wrong))
    answer = martlet("package", tmp_path / "models", "-o", tmp_path / "context")
    assert answer.returncode != 0
    assert "FAULT" in answer.stdout and not (tmp_path / "context" / "Dockerfile").exists()


def test_what_is_there_is_not_overwritten(tmp_path):
    (tmp_path / "context").mkdir()
    (tmp_path / "context" / "mine").write_text("x")
    answer = martlet("package", EXAMPLES, "-o", tmp_path / "context")
    assert answer.returncode != 0 and "something in it already" in answer.stderr
