"""ONNX Runtime as the Python servers use it: one session a model, the names and types of its inputs and outputs."""
import numpy as np
import onnxruntime

WIRE = {"tensor(float)": ("FP32", np.float32), "tensor(int64)": ("INT64", np.int64), "tensor(int32)": ("INT32", np.int32), "tensor(double)": ("FP64", np.float64)}


class Model:
    def __init__(self, file, threads):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        self.inputs = [(i.name, *WIRE[i.type], i.shape) for i in self.session.get_inputs()]
        self.outputs = [(o.name, *WIRE[o.type], o.shape) for o in self.session.get_outputs()]
        self.types = {name: kind for name, _, kind, _ in self.inputs}

    def run(self, feeds):
        return self.session.run(None, feeds)

    @staticmethod
    def ports(side):
        """Name, datatype and shape of each, as KServe v2's metadata has them."""
        return [(name, wire, [d if isinstance(d, int) else -1 for d in shape]) for name, wire, _, shape in side]


def parse(words):
    """NAME=FILE=THREADS…"""
    models = {}
    for word in words:
        name, file, threads = word.split("=")
        models[name] = Model(file, int(threads))
    return models
