"""A runtime of MLServer that runs ONNX Runtime."""
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse, MetadataTensor

import ort_model


class OrtModel(MLModel):
    async def load(self):
        parameters = self.settings.parameters
        self.model = ort_model.Model(parameters.uri, parameters.extra["threads"])
        ports = lambda side: [MetadataTensor(name=name, datatype=wire, shape=shape) for name, wire, shape in self.model.ports(side)]
        self.inputs, self.outputs = ports(self.model.inputs), ports(self.model.outputs)
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        results = self.model.run({tensor.name: NumpyCodec.decode_input(tensor) for tensor in payload.inputs})
        outputs = []
        for (name, *_), result in zip(self.model.outputs, results):
            output = NumpyCodec.encode_output(name, result)
            # The codec makes two axes of one.
            output.shape = list(result.shape)
            outputs.append(output)
        return InferenceResponse(model_name=self.name, id=payload.id, outputs=outputs)
