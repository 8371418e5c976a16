"""Models behind other servers: a second Martlet, and a server of KServe's protocol that misbehaves on request."""
import concurrent.futures
import threading
import time

import grpc
import numpy as np
import pytest
import tritonclient.grpc as triton
from tritonclient.grpc import service_pb2, service_pb2_grpc
from tritonclient.utils import InferenceServerException

import workers
from server import Server


class Fake(service_pb2_grpc.GRPCInferenceServiceServicer):
    """y = 3 x; what goes wrong is taken from a list, a word a call."""

    def __init__(self):
        self.lock, self.calls, self.troubles = threading.Lock(), [], []

    def ModelMetadata(self, request, context):
        tensor = service_pb2.ModelMetadataResponse.TensorMetadata
        return service_pb2.ModelMetadataResponse(
            name=request.name, versions=["1"], inputs=[tensor(name="x", datatype="FP32", shape=[-1, 2])],
            outputs=[tensor(name="y", datatype="FP32", shape=[-1, 2])])

    def ModelInfer(self, request, context):
        with self.lock:
            self.calls.append((request, dict(context.invocation_metadata()), context.time_remaining()))
            trouble = self.troubles.pop(0) if self.troubles else ""
        if trouble == "unavailable":
            context.abort(grpc.StatusCode.UNAVAILABLE, "not now")
        if trouble == "unavailable late":
            context.send_initial_metadata(())
            context.abort(grpc.StatusCode.UNAVAILABLE, "not any more")
        if trouble == "internal":
            context.abort(grpc.StatusCode.INTERNAL, "it broke")
        if trouble == "slow":
            time.sleep(3)
        x = np.frombuffer(request.raw_input_contents[0], np.float32)
        answer = service_pb2.ModelInferResponse(model_name=request.model_name, model_version="1", id=request.id)
        output = answer.outputs.add(name="y", datatype="FP64" if trouble == "other type" else "FP32")
        output.shape.extend(request.inputs[0].shape)
        answer.raw_output_contents.append((3 * x).astype(np.float64 if trouble == "other type" else np.float32).tobytes())
        return answer


@pytest.fixture(scope="module")
def fake():
    fake = Fake()
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(8))
    service_pb2_grpc.add_GRPCInferenceServiceServicer_to_server(fake, server)
    fake.port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield fake
    server.stop(0)


@pytest.fixture(scope="module")
def servers(tmp_path_factory, fake):
    there, here = tmp_path_factory.mktemp("there"), tmp_path_factory.mktemp("here")
    workers.write(there, "doubling", workers.doubling())
    with Server(there) as other:
        def remote(name, text):
            (here / name / "1").mkdir(parents=True)
            (here / name / "model.yaml").write_text(text)
        remote("doubling", f"backend: grpc\nremote: {{target: '{other.grpc}', connections: 2}}\n")
        remote("tripling", f"backend: grpc\nremote: {{target: '127.0.0.1:{fake.port}', model: elsewhere, metadata: {{x-fixed: always}}, "
                           "forward: [traceparent, x-tenant]}\n")
        remote("impatient", f"backend: grpc\nremote: {{target: '127.0.0.1:{fake.port}', timeout: 700ms}}\n")
        remote("gone", "backend: grpc\nremote: {target: '127.0.0.1:1'}\n"
                       "inputs: [{name: x, datatype: FP32, shape: [-1, 2]}]\noutputs: [{name: y, datatype: FP32, shape: [-1, 2]}]\n")
        remote("unknown", "backend: grpc\nremote: {target: '127.0.0.1:1'}\n")
        remote("both", "steps:\n  - {model: tripling, inputs: {x: x}, outputs: {y: third}}\n"
                       "  - {model: doubling, inputs: {x: third}, outputs: {y: y}}\n")
        remote("careful", "steps:\n  - {model: gone, inputs: {x: x}, outputs: {y: y}, fallback: [{op: identity, outputs: {y: y}}]}\n")
        with Server(here) as server:
            yield server, other


@pytest.fixture
def client(servers):
    with triton.InferenceServerClient(servers[0].grpc) as client:
        yield client


def ask(client, model, rows, **options):
    x = np.asarray(rows, np.float32).reshape(-1, 2)
    tensor = triton.InferInput("x", x.shape, "FP32")
    tensor.set_data_from_numpy(x)
    return client.infer(model, [tensor], **options)


def fails(call, status):
    with pytest.raises(InferenceServerException) as failure:
        call()
    assert failure.value.status() == f"StatusCode.{status}", failure.value
    return str(failure.value)


def test_another_martlet_answers(client):
    metadata = client.get_model_metadata("doubling")
    assert [(each.name, each.datatype, list(each.shape)) for each in metadata.inputs] == [("x", "FP32", [-1, 2])]
    assert np.array_equal(ask(client, "doubling", [[1, 2], [3, 4]]).as_numpy("y"), [[2, 4], [6, 8]])


def test_many_callers_share_the_connections(servers):
    def calls(seed):
        with triton.InferenceServerClient(servers[0].grpc) as own:
            return all(np.array_equal(ask(own, "doubling", [[n, seed]]).as_numpy("y"), [[2 * n, 2 * seed]]) for n in range(50))

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert all(pool.map(calls, range(8)))


def test_a_step_anywhere_is_a_step(client):
    assert np.array_equal(ask(client, "both", [[1, 2]]).as_numpy("y"), [[6, 12]])


def test_deadline_metadata_parameters_and_id_arrive(client, fake):
    fake.calls.clear()
    headers = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "x-tenant": "seven", "x-secret": "no"}
    for model in ("tripling", "both"):
        ask(client, model, [[1, 2]], headers=headers, client_timeout=5, request_id="r1", parameters={"mode": "fast"})
        request, metadata, left = fake.calls.pop()
        assert request.model_name == "elsewhere" and request.id == "r1"
        assert request.parameters["mode"].string_param == "fast"
        assert metadata["traceparent"] == headers["traceparent"] and metadata["x-tenant"] == "seven" and metadata["x-fixed"] == "always"
        assert "x-secret" not in metadata
        assert 3 < left < 5.5


def test_a_call_that_was_refused_is_made_again(client, fake):
    fake.calls.clear()
    fake.troubles[:] = ["unavailable", "unavailable"]
    assert np.array_equal(ask(client, "tripling", [[1, 2]]).as_numpy("y"), [[3, 6]])
    assert len(fake.calls) == 3


def test_no_more_attempts_than_allowed(client, fake):
    fake.calls.clear()
    fake.troubles[:] = ["unavailable"] * 3
    assert "not now" in fails(lambda: ask(client, "tripling", [[1, 2]]), "UNAVAILABLE")
    assert len(fake.calls) == 3 and not fake.troubles


@pytest.mark.parametrize("trouble, status", [("unavailable late", "UNAVAILABLE"), ("internal", "INTERNAL"), ("other type", "INTERNAL")])
def test_a_call_that_may_have_run_is_not_made_again(client, fake, trouble, status):
    fake.calls.clear()
    fake.troubles[:] = [trouble]
    fails(lambda: ask(client, "tripling", [[1, 2]]), status)
    assert len(fake.calls) == 1


def test_the_callers_deadline_and_the_models_own_hold(client, fake):
    for model, options in (("tripling", {"client_timeout": 0.5}), ("impatient", {})):
        fake.troubles[:] = ["slow"]
        start = time.monotonic()
        fails(lambda: ask(client, model, [[1, 2]], **options), "DEADLINE_EXCEEDED")
        assert time.monotonic() - start < 2.5


def test_a_server_that_is_gone(client):
    assert "cannot connect" in fails(lambda: ask(client, "gone", [[1, 2]]), "UNAVAILABLE")
    assert np.array_equal(ask(client, "careful", [[1, 2]]).as_numpy("y"), [[1, 2]])
    entry = next(model for model in client.get_model_repository_index().models if model.name == "unknown")
    assert entry.state == "UNAVAILABLE" and "does not say what" in entry.reason
