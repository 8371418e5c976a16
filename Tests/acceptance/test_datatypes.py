"""Every datatype of KServe v2, raw and typed, through identity models made on the spot."""
import struct

import grpc
import numpy as np
import pytest
from tritonclient.grpc import service_pb2 as pb
from tritonclient.grpc import service_pb2_grpc as pb_grpc

from identity_models import DATATYPES, all_identities
from server import Server

RAW = {
    "BOOL": b"\1\0\1\0\1\1", "BYTES": b"".join(struct.pack("<I", len(b)) + b for b in (b"a", b"", b"\xff\0\xfe", b"four", "ü".encode(), b"x" * 300)),
}
WIDTH = {"UINT8": 1, "INT8": 1, "UINT16": 2, "INT16": 2, "FP16": 2, "BF16": 2, "UINT32": 4, "INT32": 4, "FP32": 4, "UINT64": 8, "INT64": 8, "FP64": 8}
TYPED = {
    "BOOL": ("bool_contents", [True, False, True, False, True, True], b"\1\0\1\0\1\1"),
    "INT8": ("int_contents", [-128, -1, 0, 1, 2, 127], np.array([-128, -1, 0, 1, 2, 127], np.int8).tobytes()),
    "INT16": ("int_contents", [-32768, -1, 0, 1, 2, 32767], np.array([-32768, -1, 0, 1, 2, 32767], np.int16).tobytes()),
    "INT32": ("int_contents", [-(2**31), -1, 0, 1, 2, 2**31 - 1], np.array([-(2**31), -1, 0, 1, 2, 2**31 - 1], np.int32).tobytes()),
    "INT64": ("int64_contents", [-(2**63), -1, 0, 1, 2, 2**63 - 1], np.array([-(2**63), -1, 0, 1, 2, 2**63 - 1], np.int64).tobytes()),
    "UINT8": ("uint_contents", [0, 1, 2, 3, 4, 255], np.array([0, 1, 2, 3, 4, 255], np.uint8).tobytes()),
    "UINT16": ("uint_contents", [0, 1, 2, 3, 4, 65535], np.array([0, 1, 2, 3, 4, 65535], np.uint16).tobytes()),
    "UINT32": ("uint_contents", [0, 1, 2, 3, 4, 2**32 - 1], np.array([0, 1, 2, 3, 4, 2**32 - 1], np.uint32).tobytes()),
    "UINT64": ("uint64_contents", [0, 1, 2, 3, 4, 2**64 - 1], np.array([0, 1, 2, 3, 4, 2**64 - 1], np.uint64).tobytes()),
    "FP32": ("fp32_contents", [0.5, -1, 0, 1, 2, 3.25], np.array([0.5, -1, 0, 1, 2, 3.25], np.float32).tobytes()),
    "FP64": ("fp64_contents", [0.5, -1, 0, 1, 2, 3.25], np.array([0.5, -1, 0, 1, 2, 3.25], np.float64).tobytes()),
    "BYTES": ("bytes_contents", [b"a", b"", b"\xff\0\xfe", b"four", "ü".encode(), b"x" * 300], RAW["BYTES"]),
}


@pytest.fixture(scope="module")
def stub(tmp_path_factory):
    root = tmp_path_factory.mktemp("identities")
    all_identities(root)
    with Server(root) as server, grpc.insecure_channel(server.grpc) as channel:
        yield pb_grpc.GRPCInferenceServiceStub(channel)


def request(datatype):
    message = pb.ModelInferRequest(model_name=f"identity-{datatype.lower()}")
    tensor = message.inputs.add()
    tensor.name, tensor.datatype = "x", datatype
    tensor.shape.extend([2, 3])
    return message, tensor


@pytest.mark.parametrize("datatype", DATATYPES)
def test_raw_contents_come_back_byte_for_byte(stub, datatype):
    raw = RAW.get(datatype) or bytes(range(6 * WIDTH[datatype]))
    message, _ = request(datatype)
    message.raw_input_contents.append(raw)
    reply = stub.ModelInfer(message)
    assert list(reply.outputs[0].shape) == [2, 3] and reply.outputs[0].datatype == datatype
    assert reply.raw_output_contents[0] == raw


@pytest.mark.parametrize("datatype", TYPED)
def test_typed_contents_mean_the_same_as_raw_ones(stub, datatype):
    field, values, raw = TYPED[datatype]
    message, tensor = request(datatype)
    getattr(tensor.contents, field).extend(values)
    assert stub.ModelInfer(message).raw_output_contents[0] == raw


def code_of(stub, message):
    with pytest.raises(grpc.RpcError) as error:
        stub.ModelInfer(message)
    return error.value.code(), error.value.details()


def test_half_precision_has_no_typed_form(stub):
    message, tensor = request("FP16")
    tensor.contents.fp32_contents.extend([0] * 6)
    assert code_of(stub, message)[0] == grpc.StatusCode.INVALID_ARGUMENT


def test_typed_and_raw_contents_cannot_be_mixed(stub):
    message, tensor = request("FP32")
    tensor.contents.fp32_contents.extend([0] * 6)
    message.raw_input_contents.append(bytes(24))
    assert code_of(stub, message)[0] == grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("raw", [b"", b"\1\0\0", b"\xff\xff\xff\xff", struct.pack("<I", 1) + b"a"])
def test_bytes_elements_that_do_not_add_up(stub, raw):
    message, _ = request("BYTES")
    message.raw_input_contents.append(raw)
    assert code_of(stub, message)[0] == grpc.StatusCode.INVALID_ARGUMENT


def test_too_few_typed_elements(stub):
    message, tensor = request("INT32")
    tensor.contents.int_contents.extend([1, 2, 3])
    code, details = code_of(stub, message)
    assert code == grpc.StatusCode.INVALID_ARGUMENT and "6" in details and "3" in details


@pytest.mark.parametrize("shape", [[-1, 3], [2**62, 3], [3], [2, 3, 1]])
def test_impossible_shapes(stub, shape):
    message, tensor = request("FP32")
    del tensor.shape[:]
    tensor.shape.extend(shape)
    message.raw_input_contents.append(bytes(24))
    assert code_of(stub, message)[0] == grpc.StatusCode.INVALID_ARGUMENT


def test_a_request_needs_a_row(stub):
    message, tensor = request("FP32")
    tensor.shape[0] = 0
    message.raw_input_contents.append(b"")
    code, details = code_of(stub, message)
    assert code == grpc.StatusCode.INVALID_ARGUMENT and "row" in details
