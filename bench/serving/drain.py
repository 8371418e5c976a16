#!/usr/bin/env python3
"""Servers told to stop under load: drain.py [--rounds N]. Every reply that is owed is sent, and a rolling restart fails nobody."""
import argparse, asyncio

from rig import *

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--rounds", type=int, default=10)
arguments = parser.parse_args()


async def ask(channel, counts, over):
    """Asks without pause and without retrying what a server has taken."""
    call = service_pb2_grpc.GRPCInferenceServiceStub(channel).ModelInfer
    question = infer("m", columns=64)
    while not over.is_set():
        try:
            await call(question, timeout=20)
            counts["answered"] += 1
        except grpc.aio.AioRpcError as error:
            # Nobody listens there now: the request never left, so no reply is owed.
            gone = error.code() == grpc.StatusCode.UNAVAILABLE and "connect" in (error.details() or "").lower()
            counts["not sent" if gone else "failed"] += 1
            if not gone:
                counts.setdefault("why", set()).add(f"{error.code().name}: {error.details()}")
            await asyncio.sleep(0.005)


def begin(folder, port):
    server = subprocess.Popen(
        [MARTLET, "serve", "--model-repository", folder, "--grpc-port", str(port), "--http-port", "0", "--metrics-port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    line = server.stdout.readline()
    return server, int(re.search(r"grpc=\S+:(\d+)", line)[1])


async def end(server):
    server.send_signal(signal.SIGTERM)
    start = time.monotonic()
    code = await asyncio.to_thread(server.wait, 60)
    log = server.stderr.read()
    server.stdout.close()
    server.stderr.close()
    return code, time.monotonic() - start, log


async def main():
    with Repository() as folder:
        mlp(folder / "m" / "1" / "model.onnx", [64, 2048, 2048, 8])
        counts, codes, times, logs = {"answered": 0, "not sent": 0, "failed": 0}, [], [], []
        for _ in range(arguments.rounds):
            server, port = begin(folder, 0)
            over = asyncio.Event()
            channels = [grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.use_local_subchannel_pool", 1)]) for _ in range(4)]
            tasks = [asyncio.create_task(ask(channel, counts, over)) for channel in channels for _ in range(16)]
            await asyncio.sleep(0.7)
            code, seconds, log = await end(server)
            over.set()
            await asyncio.gather(*tasks)
            for channel in channels:
                await channel.close()
            codes.append(code)
            times.append(seconds)
            logs += [line for line in log.splitlines() if " error " in line]
        table("SIGTERM under load, 4 connections of 16 requests", ["rounds", "answered", "not sent, nobody listened", "failed", "exit codes", "longest drain s"],
              [[arguments.rounds, counts["answered"], counts["not sent"], counts["failed"], sorted(set(codes)), f"{max(times):.2f}"]])

        # Two servers, one replaced at a time; the client knows both addresses.
        rolling = {"answered": 0, "not sent": 0, "failed": 0}
        servers = [begin(folder, 0), begin(folder, 0)]
        ports = [port for _, port in servers]
        over = asyncio.Event()
        target = "ipv4:" + ",".join(f"127.0.0.1:{port}" for port in ports)
        channels = [grpc.aio.insecure_channel(target, options=[
            ("grpc.use_local_subchannel_pool", 1), ("grpc.max_reconnect_backoff_ms", 200), ("grpc.initial_reconnect_backoff_ms", 50),
            ("grpc.service_config", '{"loadBalancingConfig":[{"round_robin":{}}]}')]) for _ in range(2)]
        tasks = [asyncio.create_task(ask(channel, rolling, over)) for channel in channels for _ in range(8)]
        await asyncio.sleep(0.5)
        for number in range(arguments.rounds):
            index = number % 2
            code, _, log = await end(servers[index][0])
            codes.append(code)
            logs += [line for line in log.splitlines() if " error " in line]
            servers[index] = await asyncio.to_thread(begin, folder, ports[index])
            await asyncio.sleep(0.7)
        over.set()
        await asyncio.gather(*tasks)
        for channel in channels:
            await channel.close()
        for server, _ in servers:
            await end(server)
        table("Rolling restarts of two servers", ["restarts", "answered", "not sent", "failed"],
              [[arguments.rounds, rolling["answered"], rolling["not sent"], rolling["failed"]]])
    for line in sorted(counts.get("why", set()) | rolling.get("why", set()))[:5] + logs[:3]:
        print(line)
    verdict(counts["failed"] == 0 and rolling["failed"] == 0 and rolling["not sent"] == 0 and set(codes) == {0} and not logs and counts["answered"] > 0,
            f"{counts['failed'] + rolling['failed'] + rolling['not sent']} failures in {arguments.rounds} stops and {arguments.rounds} rolling restarts")


asyncio.run(main())
