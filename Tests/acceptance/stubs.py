"""Python messages of the protos here, made once a run, for clients that have none of their own."""
import functools, pathlib, shutil, sys, tempfile

from grpc_tools import protoc

from server import ROOT

PROTOS = ROOT / "protos"


@functools.cache
def folder():
    """Where the modules are made; importable from then on."""
    made = pathlib.Path(tempfile.mkdtemp(prefix="martlet-stubs-"))
    sys.path.insert(0, str(made))
    return made


def compile_protos(root, names, services):
    arguments = ["", f"-I{root}", f"--python_out={folder()}"] + ([f"--grpc_python_out={folder()}"] if services else [])
    assert protoc.main(arguments + names) == 0


@functools.cache
def tensorflow():
    """The messages of TensorFlow that tensorflow-serving-api builds on, under the file names that it knows."""
    root = pathlib.Path(tempfile.mkdtemp(prefix="martlet-protos-"))
    shutil.copytree(PROTOS / "tensorflow", root / "tensorflow")
    codes = root / "tensorflow/core/protobuf/error_codes.proto"
    moved = root / "xla/tsl/protobuf/error_codes.proto"
    moved.parent.mkdir(parents=True)
    codes.rename(moved)
    codes.write_text('syntax = "proto3";\npackage tensorflow.error.moved;\nimport public "xla/tsl/protobuf/error_codes.proto";\n')
    compile_protos(root, [str(path.relative_to(root)) for path in root.rglob("*.proto")], services=False)
    shutil.rmtree(root)


@functools.cache
def torchserve():
    names = ["torchserve/inference.proto", "torchserve/management.proto", "torchserve/open_inference.proto", "google/rpc/status.proto"]
    compile_protos(PROTOS, names, services=True)
