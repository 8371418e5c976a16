"""tritonclient's streams and shared memory over gRPC, and shared memory over HTTP."""
import queue
import time

import numpy as np
import pytest
import tritonclient.grpc as triton
import tritonclient.http as triton_http
import tritonclient.utils.shared_memory as shm
from tritonclient.utils import InferenceServerException, serialize_byte_tensor

from identity_models import DATATYPES, all_identities
from server import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    root = tmp_path_factory.mktemp("stream-models")
    all_identities(root)
    with Server(root, "--shared-memory-prefix", "martlet_test_") as running:
        yield running


@pytest.fixture()
def client(server):
    with triton.InferenceServerClient(server.grpc) as client:
        yield client


def tensor(array, datatype="FP32", module=triton):
    tensor = module.InferInput("x", list(array.shape), datatype)
    tensor.set_data_from_numpy(array)
    return tensor


def test_many_in_flight_on_one_stream(client):
    answers = queue.Queue()
    client.start_stream(lambda result, error: answers.put((result, error)))
    arrays = {str(i): np.full((1 + i % 3, 3), i, np.float32) for i in range(500)}
    for name, array in arrays.items():
        client.async_stream_infer("identity-fp32", [tensor(array)], request_id=name)
    found = {}
    for _ in arrays:
        result, error = answers.get(timeout=20)
        assert error is None
        response = result.get_response()
        assert response.parameters["triton_final_response"].bool_param
        found[response.id] = result.as_numpy("y")
    client.stop_stream()
    assert found.keys() == arrays.keys() and all((found[name] == arrays[name]).all() for name in arrays)


def test_an_error_does_not_end_the_stream(client):
    answers = queue.Queue()
    client.start_stream(lambda result, error: answers.put((result, error)))
    array = np.zeros((1, 3), np.float32)
    client.async_stream_infer("nowhere", [tensor(array)], request_id="bad")
    client.async_stream_infer("identity-fp32", [tensor(np.zeros((1, 4), np.float32))], request_id="worse")
    client.async_stream_infer("identity-fp32", [tensor(array)], request_id="good")
    outcomes = [answers.get(timeout=20) for _ in range(3)]
    client.stop_stream()
    errors = [error.message() for _, error in outcomes if error]
    assert len(errors) == 2 and any("nowhere" in message for message in errors)
    assert [result.get_response().id for result, error in outcomes if not error] == ["good"]


def test_a_stream_may_be_left(client):
    client.start_stream(lambda result, error: None)
    for _ in range(50):
        client.async_stream_infer("identity-fp32", [tensor(np.zeros((1, 3), np.float32))])
    client.stop_stream(cancel_requests=True)
    assert client.is_server_live()


@pytest.fixture(params=["grpc", "http"])
def shared(request, server):
    """A client, its module, and a region of 4096 bytes that it has registered."""
    module = triton if request.param == "grpc" else triton_http
    with module.InferenceServerClient(server.grpc if module is triton else server.http) as client:
        handle = shm.create_shared_memory_region("data", "/martlet_test_region", 4096)
        client.unregister_system_shared_memory()
        client.register_system_shared_memory("region", "/martlet_test_region", 4096)
        yield client, module, handle
        client.unregister_system_shared_memory()
        shm.destroy_shared_memory_region(handle)


@pytest.mark.parametrize("datatype, array", [
    ("FP32", np.arange(6, dtype=np.float32).reshape(2, 3)), ("INT64", np.arange(6).reshape(2, 3)),
    ("BYTES", np.array([[b"a", b"", b"ccc"], [b"\xff", b"e", b"f"]], object)),
])
def test_inputs_and_outputs_in_shared_memory(shared, datatype, array):
    client, module, handle = shared
    size = array.nbytes if datatype != "BYTES" else sum(4 + len(text) for text in array.ravel())
    shm.set_shared_memory_region(handle, [serialize_byte_tensor(array) if datatype == "BYTES" else array])
    port = module.InferInput("x", [2, 3], datatype)
    port.set_shared_memory("region", size)
    wanted = module.InferRequestedOutput("y")
    wanted.set_shared_memory("region", 1024, offset=2048)
    result = client.infer(f"identity-{datatype.lower()}", [port], outputs=[wanted])
    assert result.get_output("y") is not None
    found = shm.get_contents_as_numpy(handle, array.dtype if datatype != "BYTES" else np.object_, [2, 3], 2048)
    assert (found == array).all()


def test_regions_are_listed_and_forgotten(shared):
    client, module, _ = shared
    status = client.get_system_shared_memory_status()
    names = list(status.regions) if module is triton else [region["name"] for region in status]
    assert names == ["region"]
    client.unregister_system_shared_memory("region")
    status = client.get_system_shared_memory_status()
    assert not (status.regions if module is triton else status)
    with pytest.raises(InferenceServerException):
        client.get_system_shared_memory_status("region")


@pytest.mark.parametrize("size, offset", [(24, 4080), (24, 1 << 62), (1 << 40, 0), (8, 0)])
def test_places_outside_a_region(shared, size, offset):
    client, module, _ = shared
    port = module.InferInput("x", [2, 3], "FP32")
    port.set_shared_memory("region", size, offset=offset)
    with pytest.raises(InferenceServerException) as error:
        client.infer("identity-fp32", [port])
    assert "x" in error.value.message()


def test_outputs_that_do_not_fit_their_place(shared):
    client, module, _ = shared
    wanted = module.InferRequestedOutput("y")
    wanted.set_shared_memory("region", 8)
    with pytest.raises(InferenceServerException) as error:
        client.infer("identity-fp32", [tensor(np.zeros((2, 3), np.float32), module=module)], outputs=[wanted])
    assert "24" in error.value.message()


def test_memory_that_shrinks_is_an_error(shared, server):
    import os

    client, module, _ = shared
    port = module.InferInput("x", [2, 3], "FP32")
    port.set_shared_memory("region", 24)
    os.truncate("/dev/shm/martlet_test_region", 8)
    try:
        with pytest.raises(InferenceServerException) as error:
            client.infer("identity-fp32", [port])
        assert "smaller" in error.value.message()
    finally:
        os.truncate("/dev/shm/martlet_test_region", 4096)
    assert client.is_server_live()


@pytest.mark.parametrize("name, key, size", [
    ("a", "/other_region", 16), ("a", "/../etc/passwd", 16), ("a", "/martlet_test_none", 16), ("a", "/martlet_test_region", 8192),
    ("region", "/martlet_test_region", 16), ("a", "/martlet_test_/../x", 16),
])
def test_what_cannot_be_registered(shared, name, key, size):
    client, _, _ = shared
    with pytest.raises(InferenceServerException):
        client.register_system_shared_memory(name, key, size)


def test_shared_memory_is_off_by_default(tmp_path):
    from identity_models import identity

    identity(tmp_path, "m", DATATYPES["FP32"])
    with Server(tmp_path) as server, triton.InferenceServerClient(server.grpc) as client:
        assert "system_shared_memory" not in client.get_server_metadata().extensions
        with pytest.raises(InferenceServerException) as error:
            client.register_system_shared_memory("region", "/martlet_test_region", 16)
        assert error.value.status() == "StatusCode.UNIMPLEMENTED"


def test_classes_over_grpc(client):
    wanted = triton.InferRequestedOutput("y", class_count=2)
    result = client.infer("identity-fp32", [tensor(np.array([[0.25, 4, 1]], np.float32))], outputs=[wanted])
    assert result.as_numpy("y").tolist() == [[b"4.000000:1", b"1.000000:2"]]


def test_log_settings(client):
    assert client.update_log_settings({"log_verbose_level": 1, "log_info": False}).settings["log_info"].bool_param is False
    assert client.update_log_settings({"log_verbose_level": 0, "log_info": True}).settings["log_verbose_level"].uint32_param == 0
    assert list(client.get_trace_settings().settings["trace_level"].value) == ["OFF"]
    with pytest.raises(InferenceServerException):
        client.update_log_settings({"log_file": "/tmp/x"})
