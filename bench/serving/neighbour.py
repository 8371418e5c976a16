#!/usr/bin/env python3
"""The tail of a small model while a large one is loaded and unloaded in a loop: neighbour.py [--rounds N] [--seconds S] [--rate R]."""
import argparse, statistics, threading, time

from rig import *

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--rounds", type=int, default=7)
parser.add_argument("--seconds", type=float, default=3)
parser.add_argument("--rate", type=int, default=500)
parser.add_argument("--limit", type=float, default=1.1)
arguments = parser.parse_args()

with Repository() as folder:
    size = mlp(folder / "large" / "1" / "model.onnx", [2560, 5120, 2560]).stat().st_size
    # About a millisecond a run: a model as people have them, not one whose tail is the scheduler's alone.
    mlp(folder / "small" / "1" / "model.onnx", [64, 1024, 4096, 1024, 8])
    with Server(folder, "--model-control-mode", "explicit", "--load-model", "small") as server:
        stub = server.stub()
        options = ["--model", "small", "--connections", 2, "--rate", arguments.rate, "--arrivals", "constant", "--warmup", "200ms", "--duration", f"{arguments.seconds}s"]
        load(server.grpc, *options)
        quiet, busy, cycles = [], [], 0
        for _ in range(arguments.rounds):
            quiet.append(load(server.grpc, *options)["latency_ms"])
            over = threading.Event()

            def loop():
                global cycles
                while not over.is_set():
                    stub.RepositoryModelLoad(pb.RepositoryModelLoadRequest(model_name="large"), timeout=60)
                    stub.RepositoryModelUnload(pb.RepositoryModelUnloadRequest(model_name="large"), timeout=60)
                    cycles += 1

            thread = threading.Thread(target=loop)
            thread.start()
            busy.append(load(server.grpc, *options)["latency_ms"])
            over.set()
            thread.join()

median = lambda runs, key: statistics.median(run[key] for run in runs)
table(f"A small model beside one of {size / 1e6:.0f} MB that comes and goes ({cycles} times)", ["", "p50 ms", "p99 ms", "p99.9 ms"],
      [[name, *(f"{median(runs, key):.3f}" for key in ("p50", "p99", "p999"))] for name, runs in (("alone", quiet), ("beside loads", busy))])
ratio = median(busy, "p99") / median(quiet, "p99")
pairs = sorted(b["p99"] / q["p99"] for b, q in zip(busy, quiet))
print(f"\nby round: {', '.join(f'{pair:.2f}' for pair in pairs)}")
verdict(ratio <= arguments.limit, f"p99 is {ratio:.2f} times that without loads; at most {arguments.limit}")
