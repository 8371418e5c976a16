"""Writes the ONNX backend test cases to a folder, one folder a case.

    export_cases.py DESTINATION [--kinds node,simple,...] [--node-data FOLDER]

Layout of a case: model.onnx, input_N.pb, output_N.pb (TensorProto, SequenceProto or OptionalProto, as the model's
signature says) and meta.json with name, kind, rtol, atol. --node-data takes cases already on disk, such as the
folder onnx/backend/test/data/node of an older wheel.
"""
import argparse, json, pathlib, shutil, sys

import numpy as np
import onnx
from onnx import numpy_helper


def serialise(value, type_proto, name):
    """The bytes of one input or output, by the type that the model declares for it."""
    kind = type_proto.WhichOneof("value")
    if kind == "optional_type":
        proto = numpy_helper.from_optional(value, name) if not isinstance(value, onnx.OptionalProto) else value
    elif kind == "sequence_type":
        proto = numpy_helper.from_list(value, name) if not isinstance(value, onnx.SequenceProto) else value
    elif kind == "map_type":
        proto = numpy_helper.from_dict(value, name)
    else:
        proto = value if isinstance(value, onnx.TensorProto) else numpy_helper.from_array(np.asarray(value), name)
    return proto.SerializeToString()


def write(folder, name, kind, model, rtol, atol, inputs, outputs):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    for i, (value, port) in enumerate(zip(inputs, model.graph.input)):
        (folder / f"input_{i}.pb").write_bytes(serialise(value, port.type, port.name))
    for i, (value, port) in enumerate(zip(outputs, model.graph.output)):
        (folder / f"output_{i}.pb").write_bytes(serialise(value, port.type, port.name))
    (folder / "meta.json").write_text(json.dumps({"name": name, "kind": kind, "rtol": rtol, "atol": atol}))


def from_disk(source, folder, name, kind, rtol=1e-3, atol=1e-7):
    """Copies a case that is on disk in ONNX's own layout; further data sets become cases of their own."""
    count = 0
    for data in sorted(source.glob("test_data_set_*")):
        target = folder if count == 0 else folder.with_name(f"{folder.name}_set{count}")
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / "model.onnx", target / "model.onnx")
        for file in data.glob("*.pb"):
            shutil.copy(file, target / file.name)
        (target / "meta.json").write_text(
            json.dumps({"name": target.name, "kind": kind, "rtol": rtol, "atol": atol}))
        count += 1
    return count


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("destination", type=pathlib.Path)
    parser.add_argument("--kinds", default="node,simple,pytorch-converted,pytorch-operator")
    parser.add_argument("--node-data", type=pathlib.Path)
    arguments = parser.parse_args()
    counts = {}
    if arguments.node_data:
        for source in sorted(arguments.node_data.iterdir()):
            if (source / "model.onnx").exists():
                counts["node"] = counts.get("node", 0) + from_disk(
                    source, arguments.destination / "node" / source.name, source.name, "node")
        print(counts)
        return
    import onnx.backend.test.loader as loader
    for kind in arguments.kinds.split(","):
        for case in loader.load_model_tests(kind=kind):
            folder = arguments.destination / kind / case.name
            if case.model_dir:
                counts[kind] = counts.get(kind, 0) + from_disk(
                    pathlib.Path(case.model_dir), folder, case.name, kind, case.rtol, case.atol)
                continue
            for i, (inputs, outputs) in enumerate(case.data_sets):
                target = folder if i == 0 else folder.with_name(f"{folder.name}_set{i}")
                try:
                    write(target, target.name, kind, case.model, case.rtol, case.atol, inputs, outputs)
                except Exception as error:
                    print(f"{case.name}: {error}", file=sys.stderr)
                    shutil.rmtree(target, ignore_errors=True)
                    continue
                counts[kind] = counts.get(kind, 0) + 1
    print(counts)


main()
