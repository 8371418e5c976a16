"""Steps in processes of their own: what a worker does well, and that what it does badly costs nobody else anything."""
import os
import signal
import threading
import time

import numpy as np
import pytest
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException

import workers
from server import ROOT, Server

EXAMPLE = ROOT / "examples" / "workers" / "standardise" / "1" / "worker.py"

TEXTS = """
import numpy as np
from martlet_worker import Model, Refusal, serve, tensor

class Texts(Model):
    inputs = [tensor("text", bytes, [-1, 1]), tensor("times", np.int64, [-1, 1], optional=True)]
    outputs = [tensor("text", bytes, [-1, 1])]

    def load(self, name, parameters):
        self.suffix = parameters.get("suffix", "").encode()

    def run(self, text, times, request):
        if request.parameters.get("refuse"):
            raise Refusal("FAILED_PRECONDITION", "it was asked to refuse")
        if times is None:
            times = np.ones(text.shape, np.int64)
        mark = str(request.parameters.get("mark", "")).encode()
        out = np.empty(text.shape, object)
        for at in np.ndindex(text.shape):
            out[at] = text[at] * int(times[at]) + mark + self.suffix
        return {"text": out}

serve(Texts)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    root = tmp_path_factory.mktemp("workers")
    workers.write(root, "standardise", EXAMPLE.read_text())
    workers.write(root, "texts", TEXTS)
    with open(root / "texts" / "model.yaml", "a") as file:
        file.write("parameters: {suffix: '!'}\n")
    workers.write(root, "doubling", workers.doubling())
    workers.write(root, "killed", workers.doubling("time.sleep(0.002)"))
    workers.write(root, "poisoned", workers.doubling("if (x == 13).any(): os._exit(3)"))
    workers.write(root, "looping", workers.doubling("print('out of luck', file=sys.stderr); os._exit(7)"))
    workers.write(root, "hanging", workers.doubling("if (x == 7).any(): time.sleep(600)"), "timeout: 1500ms")
    workers.write(root, "idle", workers.doubling(), "health_interval: 300ms")
    workers.write(root, "garbling", workers.GARBLER)
    workers.write(root, "broken", "import a_module_that_is_not_there")
    workers.write(root, "silent", "import time; time.sleep(600)", "start_timeout: 500ms")
    with Server(root) as server:
        yield server


@pytest.fixture
def client(server):
    with triton.InferenceServerClient(server.grpc) as client:
        yield client


def ask(client, model, rows, timeout=None):
    x = np.asarray(rows, np.float32).reshape(-1, 2)
    tensor = triton.InferInput("x", x.shape, "FP32")
    tensor.set_data_from_numpy(x)
    return client.infer(model, [tensor], client_timeout=timeout)


def fails(call, status):
    with pytest.raises(InferenceServerException) as failure:
        call()
    assert failure.value.status() == f"StatusCode.{status}", failure.value
    return str(failure.value)


def eventually(condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def works(client, model):
    try:
        return np.array_equal(ask(client, model, [[1, 2]]).as_numpy("y"), [[2, 4]])
    except InferenceServerException:
        return False


def test_the_example_of_ten_lines_answers(client):
    x = np.random.default_rng(1).normal(size=(5, 40)).astype(np.float32)
    tensor = triton.InferInput("x", x.shape, "FP32")
    tensor.set_data_from_numpy(x)
    y = client.infer("standardise", [tensor]).as_numpy("y")
    np.testing.assert_allclose(y, (x - x.mean(1, keepdims=True)) / (x.std(1, keepdims=True) + 1e-6), rtol=1e-5, atol=1e-6)
    assert len([line for line in EXAMPLE.read_text().splitlines() if line.strip()]) <= 10


def test_tensors_larger_than_the_first_segments(client):
    x = np.random.default_rng(2).normal(size=(4, 500_000)).astype(np.float32)
    tensor = triton.InferInput("x", x.shape, "FP32")
    tensor.set_data_from_numpy(x)
    for _ in range(2):
        y = client.infer("standardise", [tensor]).as_numpy("y")
        np.testing.assert_allclose(y, (x - x.mean(1, keepdims=True)) / (x.std(1, keepdims=True) + 1e-6), rtol=1e-3, atol=1e-3)


def test_texts_optional_inputs_and_parameters(client):
    text = np.array([["a"], ["bc\x00d"], [""]], dtype=object)
    one = triton.InferInput("text", text.shape, "BYTES")
    one.set_data_from_numpy(text)
    assert client.infer("texts", [one]).as_numpy("text").tolist() == [[b"a!"], [b"bc\x00d!"], [b"!"]]
    times = triton.InferInput("times", (3, 1), "INT64")
    times.set_data_from_numpy(np.array([[2], [1], [3]], np.int64))
    answer = client.infer("texts", [one, times], parameters={"mark": "~"}).as_numpy("text").tolist()
    assert answer == [[b"aa~!"], [b"bc\x00d~!"], [b"~!"]]
    assert "asked to refuse" in fails(lambda: client.infer("texts", [one], parameters={"refuse": True}), "FAILED_PRECONDITION")


def test_a_worker_killed_under_load_costs_only_its_own_requests(server, client):
    wrong, failed, answered = [], [], []
    stop = threading.Event()

    def load(model, seed):
        number = float(seed)
        with triton.InferenceServerClient(server.grpc) as own:
            while not stop.is_set():
                number += 1
                try:
                    y = ask(own, model, [[number, -number]]).as_numpy("y")
                    (answered if np.array_equal(y, [[2 * number, -2 * number]]) else wrong).append(model)
                except InferenceServerException as error:
                    failed.append((model, error.status()))

    threads = [threading.Thread(target=load, args=(model, 1000 * seed)) for model in ("killed", "doubling") for seed in range(1, 5)]
    for thread in threads:
        thread.start()
    pids = set()
    for _ in range(5):
        time.sleep(0.6)
        pid = None
        for _ in range(50):
            try:
                pid = int(ask(client, "killed", [[1, 2]]).as_numpy("pid")[0, 0])
                break
            except InferenceServerException:
                time.sleep(0.1)
        assert pid and pid not in pids
        pids.add(pid)
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.5)
    stop.set()
    for thread in threads:
        thread.join()
    assert not wrong
    assert {status for _, status in failed} <= {"StatusCode.UNAVAILABLE"}
    assert {model for model, _ in failed} <= {"killed"}
    # At most those that ran at the moment of a kill.
    assert len(failed) <= 5 * 4
    assert answered.count("killed") > 50 and answered.count("doubling") > 50
    assert eventually(lambda: works(client, "killed"))


def test_who_poisons_a_worker_hears_of_it_and_nobody_else_does(client):
    before = int(ask(client, "poisoned", [[1, 2]]).as_numpy("pid")[0, 0])
    message = fails(lambda: ask(client, "poisoned", [[13, 2]]), "UNAVAILABLE")
    assert "ended with code 3" in message
    assert eventually(lambda: works(client, "poisoned"))
    assert int(ask(client, "poisoned", [[1, 2]]).as_numpy("pid")[0, 0]) != before


def test_a_crash_loop_makes_the_model_unavailable_and_says_why(client):
    for _ in range(6):
        message = fails(lambda: ask(client, "looping", [[1, 2]]), "UNAVAILABLE")
        assert "ended with code 7" in message and "out of luck" in message
    assert "times in a row" in message
    assert not client.is_model_ready("looping")
    entry = next(model for model in client.get_model_repository_index().models if model.name == "looping")
    assert entry.state == "UNAVAILABLE" and "out of luck" in entry.reason
    start = time.monotonic()
    fails(lambda: ask(client, "looping", [[1, 2]]), "UNAVAILABLE")
    assert time.monotonic() - start < 1
    assert client.is_model_ready("doubling") and works(client, "doubling")


def test_a_worker_that_hangs_is_ended(client):
    first = int(ask(client, "hanging", [[1, 2]]).as_numpy("pid")[0, 0])
    start = time.monotonic()
    assert "did not answer within 1500 ms" in fails(lambda: ask(client, "hanging", [[7, 2]]), "DEADLINE_EXCEEDED")
    assert 1.3 < time.monotonic() - start < 10
    assert eventually(lambda: works(client, "hanging"))
    assert int(ask(client, "hanging", [[1, 2]]).as_numpy("pid")[0, 0]) != first
    assert not os.path.exists(f"/proc/{first}")


def test_a_callers_deadline_holds_while_a_worker_hangs_and_others_are_not_held_up(server, client):
    start = time.monotonic()
    fails(lambda: ask(client, "hanging", [[7, 2]], timeout=0.3), "DEADLINE_EXCEEDED")
    assert time.monotonic() - start < 1.2
    slowest = 0
    for _ in range(50):
        before = time.monotonic()
        assert works(client, "doubling")
        slowest = max(slowest, time.monotonic() - before)
    assert slowest < 1
    assert eventually(lambda: works(client, "hanging"))


def test_an_idle_worker_that_dies_is_there_again_before_anybody_asks(client):
    pid = int(ask(client, "idle", [[1, 2]]).as_numpy("pid")[0, 0])
    os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: not os.path.exists(f"/proc/{pid}"))
    time.sleep(1.5)
    assert works(client, "idle")


def test_an_idle_worker_that_is_stopped_is_found_out(client):
    assert eventually(lambda: works(client, "idle"))
    pid = int(ask(client, "idle", [[1, 2]]).as_numpy("pid")[0, 0])
    os.kill(pid, signal.SIGSTOP)
    assert eventually(lambda: not os.path.exists(f"/proc/{pid}"))
    assert eventually(lambda: works(client, "idle"))


@pytest.mark.parametrize("kind", range(workers.GARBAGE_KINDS))
def test_garbage_is_an_internal_error_and_the_worker_starts_again(client, kind):
    assert eventually(lambda: works(client, "garbling"))
    assert "garbage" in fails(lambda: ask(client, "garbling", [[13, kind]]), "INTERNAL")
    assert eventually(lambda: works(client, "garbling"))
    assert client.is_server_live()


def test_a_worker_that_cannot_start_says_why(client):
    index = {model.name: model for model in client.get_model_repository_index().models}
    assert index["broken"].state == "UNAVAILABLE" and "a_module_that_is_not_there" in index["broken"].reason
    assert index["silent"].state == "UNAVAILABLE" and "not ready after 500 ms" in index["silent"].reason


def test_a_request_to_load_brings_no_program(server, tmp_path):
    with Server(tmp_path, "--model-control-mode", "explicit") as other, triton.InferenceServerClient(other.grpc) as client:
        with pytest.raises(InferenceServerException) as failure:
            client.load_model("bad", config='{"backend": "process"}', files={"file:1/worker.py": b"open('/tmp/owned', 'w')"})
        assert "from the repository only" in str(failure.value)


def test_workers_end_with_the_server(tmp_path):
    workers.write(tmp_path, "doubling", workers.doubling())
    with Server(tmp_path) as server, triton.InferenceServerClient(server.grpc) as client:
        pid = int(ask(client, "doubling", [[1, 2]]).as_numpy("pid")[0, 0])
    assert eventually(lambda: not os.path.exists(f"/proc/{pid}"))


def test_workers_end_when_the_server_is_killed(tmp_path):
    workers.write(tmp_path, "hanging", workers.doubling("if (x == 7).any(): time.sleep(600)"))
    server = Server(tmp_path)
    with triton.InferenceServerClient(server.grpc) as client:
        pid = int(ask(client, "hanging", [[1, 2]]).as_numpy("pid")[0, 0])
        with pytest.raises(InferenceServerException):
            ask(client, "hanging", [[7, 2]], timeout=0.2)
    os.kill(server.pid, signal.SIGKILL)
    server.process.wait(10)
    assert eventually(lambda: not os.path.exists(f"/proc/{pid}"))
