"""KServe v2 over grpc.aio and ONNX Runtime, as short as such a server can be: python_server.py PORT NAME=FILE=THREADS…"""
import asyncio, sys

import grpc
import numpy as np
from tritonclient.grpc import service_pb2 as pb, service_pb2_grpc

import ort_model

class Service(service_pb2_grpc.GRPCInferenceServiceServicer):
    def __init__(self, models):
        self.models = models

    async def ModelReady(self, request, context):
        return pb.ModelReadyResponse(ready=request.name in self.models)

    async def ModelMetadata(self, request, context):
        model = self.models.get(request.name) or await context.abort(grpc.StatusCode.NOT_FOUND, f"no model '{request.name}'")
        ports = lambda side: [pb.ModelMetadataResponse.TensorMetadata(name=name, datatype=wire, shape=shape) for name, wire, shape in model.ports(side)]
        return pb.ModelMetadataResponse(name=request.name, versions=["1"], platform="onnx", inputs=ports(model.inputs), outputs=ports(model.outputs))

    async def ModelInfer(self, request, context):
        model = self.models.get(request.model_name) or await context.abort(grpc.StatusCode.NOT_FOUND, f"no model '{request.model_name}'")
        feeds = {
            tensor.name: np.frombuffer(raw, model.types[tensor.name]).reshape(tensor.shape)
            for tensor, raw in zip(request.inputs, request.raw_input_contents)}
        results = model.run(feeds)
        reply = pb.ModelInferResponse(model_name=request.model_name, model_version="1", id=request.id)
        for (name, wire, _, _), result in zip(model.outputs, results):
            reply.outputs.add(name=name, datatype=wire, shape=result.shape)
            reply.raw_output_contents.append(result.tobytes())
        return reply


async def main():
    models = ort_model.parse(sys.argv[2:])
    server = grpc.aio.server(options=[("grpc.max_receive_message_length", 64 << 20), ("grpc.max_send_message_length", 64 << 20)])
    service_pb2_grpc.add_GRPCInferenceServiceServicer_to_server(Service(models), server)
    server.add_insecure_port(f"127.0.0.1:{sys.argv[1]}")
    await server.start()
    await server.wait_for_termination()


asyncio.run(main())
