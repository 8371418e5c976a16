"""A handler of TorchServe that runs ONNX Runtime: an input is the bytes of its array, the answer those of the first output."""
import json, pathlib

import numpy as np

import ort_model

model = None
about = None


def handle(data, context):
    global model, about
    if model is None:
        folder = pathlib.Path(context.system_properties["model_dir"])
        about = json.loads((folder / "about.json").read_text())
        model = ort_model.Model(str(folder / "model.onnx"), about["threads"])
    if data is None:
        return None
    return [
        model.run({port["name"]: np.frombuffer(bytes(request[port["name"]]), port["type"]).reshape(port["shape"]) for port in about["inputs"]})[0].tobytes()
        for request in data]
