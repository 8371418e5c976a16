"""Steady load of small inferences on a gRPC target, and what became of every call.

Prints a line of JSON at the end: calls that were answered, those that failed by status, the longest time in which nothing was answered, latencies.
Every answer is compared with the first one's: a wrong answer is a failure too.
"""
import argparse, collections, json, signal, threading, time

import grpc
import numpy as np
from tritonclient.grpc import InferInput, service_pb2, service_pb2_grpc

RETRY = {
    "methodConfig": [{
        "name": [{}],
        "retryPolicy": {"maxAttempts": 4, "initialBackoff": "0.02s", "maxBackoff": "1s", "backoffMultiplier": 3,
                        "retryableStatusCodes": ["UNAVAILABLE"]}}],
    "loadBalancingConfig": [{"round_robin": {}}]}

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--target", required=True, help="HOST:PORT, or what gRPC resolves, such as dns:///name:8001 or ipv4:a:1,b:1")
options.add_argument("--model", default="cancer-forest")
options.add_argument("--input", default="features")
options.add_argument("--shape", default="1,30")
options.add_argument("--value", type=float, help="of every element (default: drawn by chance, always the same)")
options.add_argument("--channels", type=int, default=4)
options.add_argument("--rate", type=float, default=200, help="calls a second, all channels together")
options.add_argument("--seconds", type=float, default=3600, help="or until SIGTERM")
options.add_argument("--deadline", type=float, default=5)
options.add_argument("--retry", action="store_true", help="retry UNAVAILABLE, as the client's policy in the documentation")
arguments = options.parse_args()

stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
signal.signal(signal.SIGINT, lambda *_: stop.set())
lock = threading.Lock()
failures, details, latencies, answered = collections.Counter(), [], [], []
expected = None


def request():
    shape = [int(extent) for extent in arguments.shape.split(",")]
    data = np.random.default_rng(1).random(shape, np.float32)
    if arguments.value is not None:
        data = np.full(shape, arguments.value, np.float32)
    tensor = InferInput(arguments.input, shape, "FP32")
    tensor.set_data_from_numpy(data)
    message = service_pb2.ModelInferRequest(model_name=arguments.model)
    message.inputs.append(tensor._get_tensor())
    message.raw_input_contents.append(tensor._get_content())
    return message


def drive(message):
    global expected
    config = [("grpc.service_config", json.dumps(RETRY if arguments.retry else {"loadBalancingConfig": [{"round_robin": {}}]})),
              ("grpc.use_local_subchannel_pool", 1), ("grpc.min_reconnect_backoff_ms", 50),
              ("grpc.initial_reconnect_backoff_ms", 50), ("grpc.max_reconnect_backoff_ms", 500)]
    with grpc.insecure_channel(arguments.target, config) as channel:
        stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
        due = time.monotonic()
        while not stop.is_set():
            due += arguments.channels / arguments.rate
            stop.wait(max(0, due - time.monotonic()))
            start = time.monotonic()
            try:
                answer = stub.ModelInfer(message, timeout=arguments.deadline)
                end = time.monotonic()
                with lock:
                    expected = expected or answer.raw_output_contents[:]
                    if list(answer.raw_output_contents) != list(expected):
                        failures["WRONG ANSWER"] += 1
                    latencies.append(end - start)
                    answered.append(end)
            except grpc.RpcError as error:
                with lock:
                    failures[error.code().name] += 1
                    if len(details) < 10:
                        details.append(error.details())


threads = [threading.Thread(target=drive, args=[request()]) for _ in range(arguments.channels)]
began = time.monotonic()
for thread in threads:
    thread.start()
stop.wait(arguments.seconds)
stop.set()
for thread in threads:
    thread.join()
moments = sorted(answered)
gap = max((later - earlier for earlier, later in zip(moments, moments[1:])), default=None)
milliseconds = np.array(latencies or [0]) * 1000
print(json.dumps({
    "answered": len(latencies), "failed": sum(failures.values()), "by_status": failures, "details": details,
    "longest_silence_s": gap and round(gap, 3), "seconds": round(time.monotonic() - began, 1),
    "p50_ms": round(float(np.percentile(milliseconds, 50)), 2), "p99_ms": round(float(np.percentile(milliseconds, 99)), 2),
    "max_ms": round(float(milliseconds.max()), 1)}))
