"""Unmodified tritonclient, sync and asyncio, against the example models."""
import asyncio

import numpy as np
import pytest
import tritonclient.grpc as triton
import tritonclient.grpc.aio as triton_aio
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

from conftest import golden_requests
from server import EXAMPLES, Server


@pytest.fixture(scope="module")
def client(server):
    with triton.InferenceServerClient(server.grpc) as client:
        yield client


def inputs_of(arrays):
    result = []
    for name, array in arrays.items():
        tensor = triton.InferInput(name, list(array.shape), np_to_triton_dtype(array.dtype))
        tensor.set_data_from_numpy(array)
        result.append(tensor)
    return result


def assert_answers(result, outputs, tolerance):
    for name, expected in outputs.items():
        found = result.as_numpy(name)
        assert found is not None, f"output {name} is missing"
        assert found.dtype == expected.dtype and found.shape == expected.shape
        if expected.dtype.kind == "f":
            assert np.abs(found - expected).max() <= tolerance * max(1e-30, np.abs(expected).max())
        else:
            assert (found == expected).all()


def test_server_and_models_are_live_and_ready(client):
    assert client.is_server_live()
    assert client.is_server_ready()
    for folder in EXAMPLES.iterdir():
        assert client.is_model_ready(folder.name)
        assert client.is_model_ready(folder.name, "1")
    assert not client.is_model_ready("nowhere")


def test_server_metadata_names_martlet_and_true_extensions(client):
    metadata = client.get_server_metadata()
    assert metadata.name == "martlet"
    assert metadata.version
    assert "binary_tensor_data" in metadata.extensions


def test_model_metadata_has_the_signature(client):
    metadata = client.get_model_metadata("cancer-forest")
    assert metadata.name == "cancer-forest" and list(metadata.versions) == ["1"]
    (port,) = metadata.inputs
    assert (port.name, port.datatype, list(port.shape)) == ("features", "FP32", [-1, 30])
    assert [(o.name, o.datatype, list(o.shape)) for o in metadata.outputs] == [
        ("label", "INT64", [-1]), ("probabilities", "FP32", [-1, 2])]


def test_model_config_is_completed_from_the_file(client):
    config = client.get_model_config("digits-mlp").config
    assert config.name == "digits-mlp"
    assert config.max_batch_size > 0
    assert [(i.name, list(i.dims)) for i in config.input] == [("pixels", [64])]


def test_repository_index_lists_every_model(client):
    index = client.get_model_repository_index()
    assert {(m.name, m.version, m.state) for m in index.models} == {
        (folder.name, "1", "READY") for folder in EXAMPLES.iterdir()}


@pytest.mark.parametrize("model, inputs, outputs, tolerance", list(golden_requests()))
def test_golden_answers(client, model, inputs, outputs, tolerance):
    result = client.infer(model, inputs_of(inputs), request_id="r-42")
    assert_answers(result, outputs, tolerance)
    assert result.get_response().id == "r-42"
    assert result.get_response().model_name == model
    assert result.get_response().model_version == "1"


@pytest.mark.parametrize("model, inputs, outputs, tolerance", list(golden_requests()))
def test_golden_answers_with_asyncio(server, model, inputs, outputs, tolerance):
    async def run():
        async with triton_aio.InferenceServerClient(server.grpc) as client:
            results = await asyncio.gather(*(client.infer(model, inputs_of(inputs)) for _ in range(20)))
        for result in results:
            assert_answers(result, outputs, tolerance)

    asyncio.run(run())


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_compressed_requests(client, coding):
    model, inputs, outputs, tolerance = next(iter(golden_requests())).values
    assert_answers(client.infer(model, inputs_of(inputs), compression_algorithm=coding), outputs, tolerance)


def test_only_requested_outputs_are_sent(client):
    model, inputs, outputs, _ = next(iter(golden_requests())).values
    wanted = "probabilities"
    result = client.infer(model, inputs_of(inputs), outputs=[triton.InferRequestedOutput(wanted)])
    assert [output.name for output in result.get_response().outputs] == [wanted]
    assert result.as_numpy(wanted).shape == outputs[wanted].shape


def expect(client, status, *words, model="cancer-forest", array=np.zeros([1, 30], np.float32), name="features", **more):
    tensor = triton.InferInput(name, list(array.shape), np_to_triton_dtype(array.dtype))
    tensor.set_data_from_numpy(array)
    with pytest.raises(InferenceServerException) as error:
        client.infer(model, [tensor], **more)
    assert error.value.status() == f"StatusCode.{status}"
    for word in words:
        assert word in error.value.message(), error.value.message()


def test_unknown_model(client):
    expect(client, "NOT_FOUND", "nowhere", model="nowhere")


def test_unknown_version(client):
    expect(client, "NOT_FOUND", "cancer-forest", "7", model_version="7")


def test_unknown_input(client):
    expect(client, "INVALID_ARGUMENT", "colour", "features", name="colour")


def test_wrong_datatype_says_expected_and_got(client):
    expect(client, "INVALID_ARGUMENT", "features", "FP32", "FP64", array=np.zeros([1, 30]))


def test_wrong_shape_says_expected_and_got(client):
    expect(client, "INVALID_ARGUMENT", "features", "[-1,30]", "[1,29]", array=np.zeros([1, 29], np.float32))


def test_unknown_output(client):
    expect(client, "INVALID_ARGUMENT", "colour", outputs=[triton.InferRequestedOutput("colour")])


def test_byte_count_that_does_not_fit_the_shape(client):
    tensor = triton.InferInput("features", [2, 30], "FP32")
    tensor._raw_content = b"\0" * 120
    with pytest.raises(InferenceServerException) as error:
        client.infer("cancer-forest", [tensor])
    assert error.value.status() == "StatusCode.INVALID_ARGUMENT"
    assert "240" in error.value.message() and "120" in error.value.message()


def test_calls_that_are_not_served_say_so(client):
    with pytest.raises(InferenceServerException) as error:
        client.get_cuda_shared_memory_status()
    assert error.value.status() == "StatusCode.UNIMPLEMENTED"


def test_terminate_answers_what_it_owes_and_exits_with_0():
    model, inputs, outputs, tolerance = next(iter(golden_requests())).values
    with Server() as server:
        client = triton.InferenceServerClient(server.grpc)
        answers = []
        for _ in range(200):
            client.async_infer(model, inputs_of(inputs), lambda result, error: answers.append((result, error)))
        client.infer(model, inputs_of(inputs))
        assert server.terminate() == 0
        client.close()
    assert len(answers) == 200
    for result, error in answers:
        # A request that had not reached the server when it stopped taking new ones may be refused, never lost.
        assert error is None or error.status() == "StatusCode.UNAVAILABLE"
        if error is None:
            assert_answers(result, outputs, tolerance)
