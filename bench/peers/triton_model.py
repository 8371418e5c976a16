"""A model of Triton's Python backend that runs ONNX Runtime: one run for all requests that were batched together."""
import json

import numpy as np
import onnxruntime
import triton_python_backend_utils as triton


class TritonPythonModel:
    def initialize(self, arguments):
        config = json.loads(arguments["model_config"])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(config["parameters"]["threads"]["string_value"])
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.session = onnxruntime.InferenceSession(config["parameters"]["file"]["string_value"], options, providers=["CPUExecutionProvider"])
        self.inputs = [port["name"] for port in config["input"]]
        self.outputs = [port["name"] for port in config["output"]]

    def execute(self, requests):
        parts = [{name: triton.get_input_tensor_by_name(request, name).as_numpy() for name in self.inputs} for request in requests]
        if len(parts) == 1:
            results = self.session.run(self.outputs, parts[0])
            return [self.response(results)]
        rows = [next(iter(part.values())).shape[0] for part in parts]
        results = self.session.run(self.outputs, {name: np.concatenate([part[name] for part in parts]) for name in self.inputs})
        ends = np.cumsum(rows)
        return [self.response([result[end - count:end] for result in results]) for end, count in zip(ends, rows)]

    def response(self, results):
        return triton.InferenceResponse([triton.Tensor(name, result) for name, result in zip(self.outputs, results)])
