"""Small models made on the spot: one identity per datatype, and others that a test needs."""
import pathlib

import onnx
from onnx import TensorProto as T
from onnx import helper

# KServe datatype -> ONNX element type
DATATYPES = {
    "BOOL": T.BOOL, "UINT8": T.UINT8, "UINT16": T.UINT16, "UINT32": T.UINT32, "UINT64": T.UINT64, "INT8": T.INT8,
    "INT16": T.INT16, "INT32": T.INT32, "INT64": T.INT64, "FP16": T.FLOAT16, "FP32": T.FLOAT, "FP64": T.DOUBLE,
    "BF16": T.BFLOAT16, "BYTES": T.STRING,
}


def save(root, name, graph, opset=18, version=1):
    folder = pathlib.Path(root) / name / str(version)
    folder.mkdir(parents=True, exist_ok=True)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)
    onnx.checker.check_model(model)
    (folder / "model.onnx").write_bytes(model.SerializeToString())


def identity(root, name, element_type, dims=("n", 3)):
    ports = [helper.make_tensor_value_info(port, element_type, dims) for port in ("x", "y")]
    save(root, name, helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], name, ports[:1], ports[1:]))


def all_identities(root):
    for datatype, element_type in DATATYPES.items():
        identity(root, f"identity-{datatype.lower()}", element_type)
