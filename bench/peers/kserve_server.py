"""KServe's own Python server over ONNX Runtime: kserve_server.py GRPC-PORT HTTP-PORT NAME=FILE=THREADS…"""
import sys

import kserve

import ort_model


class OrtModel(kserve.Model):
    def __init__(self, name, model):
        super().__init__(name)
        self.model = model
        self.ready = True

    async def get_input_types(self):
        return [{"name": name, "datatype": wire, "shape": shape} for name, wire, shape in self.model.ports(self.model.inputs)]

    async def get_output_types(self):
        return [{"name": name, "datatype": wire, "shape": shape} for name, wire, shape in self.model.ports(self.model.outputs)]

    async def predict(self, payload, headers=None, response_headers=None):
        results = self.model.run({tensor.name: tensor.as_numpy() for tensor in payload.inputs})
        outputs = []
        for (name, wire, *_), result in zip(self.model.outputs, results):
            output = kserve.InferOutput(name=name, shape=list(result.shape), datatype=wire)
            output.set_data_from_numpy(result, binary_data=True)
            outputs.append(output)
        return kserve.InferResponse(payload.id, self.name, outputs)


models = ort_model.parse(sys.argv[3:])
kserve.ModelServer(http_port=int(sys.argv[2]), grpc_port=int(sys.argv[1]), enable_docs_url=False, access_log_format=None).start(
    [OrtModel(name, model) for name, model in models.items()])
