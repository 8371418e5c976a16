"""The load in the trailers of answers, as balancers read it: a client with a parser of its own."""
import asyncio, struct, time

import numpy as np
from grpclib.client import Channel
from grpclib.const import Cardinality
from tritonclient.grpc import InferInput, service_pb2

from server import EXAMPLES, Server


def parse(data):
    """The fields of an OrcaLoadReport: doubles by number, and the named ones."""
    fields, named, place = {}, {}, 0
    while place < len(data):
        tag = data[place]
        place += 1
        if tag & 7 == 1:
            fields[tag >> 3], = struct.unpack_from("<d", data, place)
            place += 8
        else:
            assert tag & 7 == 2
            size = data[place]
            entry = data[place + 1:place + 1 + size]
            place += 1 + size
            assert entry[0] == 0x0A
            name = entry[2:2 + entry[1]].decode()
            named[name], = struct.unpack_from("<d", entry, 3 + entry[1])
    return fields, named


def request():
    tensor = InferInput("features", [1, 30], "FP32")
    tensor.set_data_from_numpy(np.zeros([1, 30], np.float32))
    message = service_pb2.ModelInferRequest(model_name="cancer-forest")
    message.inputs.append(tensor._get_tensor())
    message.raw_input_contents.append(tensor._get_content())
    return message


def trailers(address, count=1):
    """The last of `count` answers' trailing metadata. gRPC's own core keeps load reports from its callers: this client does not."""
    host, port = address.rsplit(":", 1)

    async def ask():
        async with Channel(host, int(port)) as channel:
            for _ in range(count):
                async with channel.request(
                        "/inference.GRPCInferenceService/ModelInfer", Cardinality.UNARY_UNARY, service_pb2.ModelInferRequest,
                        service_pb2.ModelInferResponse, timeout=10) as stream:
                    await stream.send_message(request(), end=True)
                    await stream.recv_message()
                    await stream.recv_trailing_metadata()
                    trailing = dict(stream.trailing_metadata)
            return trailing
    return asyncio.run(ask())


def test_an_answer_tells_the_load_when_it_is_asked_for():
    with Server(EXAMPLES, "--load-reports") as server:
        end = time.monotonic() + 2
        while time.monotonic() < end:
            last = trailers(server.grpc, 50)
        fields, named = parse(last["endpoint-load-metrics-bin"])
        assert fields[6] > 10, "calls a second"
        assert 0 < fields[1] <= 4, "share of the processors"
        assert set(named) == {"requests_in_flight", "queue_depth", "latency_seconds"}
        assert 0 < named["latency_seconds"] < 1
        import urllib.request
        text = urllib.request.urlopen(f"http://{server.metrics}/metrics").read().decode()
        assert "martlet_utilization " in text and "martlet_cpu_utilization " in text


def test_nobody_pays_for_it_otherwise():
    with Server() as server:
        assert "endpoint-load-metrics-bin" not in trailers(server.grpc)
