"""KServe's Python server around ONNX Runtime, which is what it would be given in Martlet's place.

    kserve_server.py PORT GRPC_PORT MODEL.onnx
"""
import sys

import numpy as np
import onnxruntime
from kserve import InferOutput, InferResponse, Model, ModelServer


class Onnx(Model):
    def __init__(self, name, path):
        super().__init__(name)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0].name
        self.outputs = [output.name for output in self.session.get_outputs()]
        self.ready = True

    def predict(self, payload, headers=None, response_headers=None):
        if isinstance(payload, dict):
            found = self.session.run(self.outputs, {self.input: np.array(payload["instances"], np.float32)})
            return {"predictions": [dict(zip(self.outputs, row)) for row in zip(*(array.tolist() for array in found))]}
        found = self.session.run(self.outputs, {self.input: payload.inputs[0].as_numpy()})
        outputs = []
        for name, array in zip(self.outputs, found):
            output = InferOutput(name, list(array.shape), "INT64" if array.dtype == np.int64 else "FP32")
            output.set_data_from_numpy(array, binary_data=False)
            outputs.append(output)
        return InferResponse(payload.id or "1", self.name, outputs)


if __name__ == "__main__":
    port, grpc_port, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    ModelServer(http_port=port, grpc_port=grpc_port, workers=1, enable_grpc=False, access_log_format=None).start([Onnx("digits-mlp", path)])
