"""Ray Serve over ONNX Runtime, by its gRPC proxy: ray_server.py GRPC-PORT HTTP-PORT NAME=FILE=THREADS…"""
import pathlib, signal, sys

import ray
from ray import serve
from ray.serve.config import gRPCOptions

HERE = str(pathlib.Path(__file__).resolve().parent)


@serve.deployment(num_replicas=1, max_ongoing_requests=256, ray_actor_options={"num_cpus": 1})
class Service:
    def __init__(self, words):
        import numpy
        from tritonclient.grpc import service_pb2
        import ort_model
        self.np, self.pb = numpy, service_pb2
        self.models = ort_model.parse(words)

    async def ModelReady(self, request):
        return self.pb.ModelReadyResponse(ready=request.name in self.models)

    async def ModelMetadata(self, request):
        model = self.models[request.name]
        ports = lambda side: [
            self.pb.ModelMetadataResponse.TensorMetadata(name=name, datatype=wire, shape=shape) for name, wire, shape in model.ports(side)]
        return self.pb.ModelMetadataResponse(name=request.name, versions=["1"], platform="onnx", inputs=ports(model.inputs), outputs=ports(model.outputs))

    async def ModelInfer(self, request):
        model = self.models[request.model_name]
        results = model.run({
            tensor.name: self.np.frombuffer(raw, model.types[tensor.name]).reshape(tensor.shape)
            for tensor, raw in zip(request.inputs, request.raw_input_contents)})
        reply = self.pb.ModelInferResponse(model_name=request.model_name, model_version="1", id=request.id)
        for (name, wire, _, _), result in zip(model.outputs, results):
            reply.outputs.add(name=name, datatype=wire, shape=result.shape)
            reply.raw_output_contents.append(result.tobytes())
        return reply


ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, runtime_env={"env_vars": {"PYTHONPATH": HERE}})
serve.start(
    http_options={"host": "127.0.0.1", "port": int(sys.argv[2])},
    grpc_options=gRPCOptions(
        port=int(sys.argv[1]), grpc_servicer_functions=["tritonclient.grpc.service_pb2_grpc.add_GRPCInferenceServiceServicer_to_server"]))
serve.run(Service.bind(sys.argv[3:]))


def stop(*_):
    ray.shutdown()
    sys.exit(0)


signal.signal(signal.SIGTERM, stop)
signal.pause()
