#!/usr/bin/env python3
"""Reloads under load: every request is answered, each by a whole version: reloads.py [--reloads N]."""
import argparse, threading, urllib.request

from rig import *

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--reloads", type=int, default=1000)
arguments = parser.parse_args()

with Repository() as folder:
    model = mlp(folder / "m" / "1" / "model.onnx", [64, 128, 8])
    other = mlp(folder / "other.onnx", [64, 128, 8], seed=1)
    contents = [model.read_bytes(), other.read_bytes()]
    other.unlink()
    with Server(folder, "--model-control-mode", "explicit", "--load-model", "m") as server:
        stub = server.stub()
        # Runs of some seconds, one after the other: how long the reloads take is not known before.
        over, results = threading.Event(), []

        def ask():
            while not over.is_set():
                results.append(load(server.grpc, "--model", "m", "--connections", 4, "--streams", 8, "--warmup", "0ms", "--duration", "4s"))

        thread = threading.Thread(target=ask)
        thread.start()
        time.sleep(0.5)
        begin = time.monotonic()
        for number in range(arguments.reloads):
            # Another file, put in its place at once: an unchanged one would not be loaded again.
            scratch = folder / "m" / "next"
            scratch.write_bytes(contents[(number + 1) % 2])
            scratch.rename(model)
            stub.RepositoryModelLoad(pb.RepositoryModelLoadRequest(model_name="m"), timeout=60)
        seconds = time.monotonic() - begin
        over.set()
        thread.join()
        total = lambda key: sum(result[key] for result in results)
        worst = max(result["latency_ms"]["p99"] for result in results)
        samples = {name: count for result in results for name, count in result["failure_samples"].items()}
        loads = [line for line in urllib.request.urlopen(f"http://{server.metrics}/metrics").read().decode().splitlines()
                 if line.startswith("martlet_model_loads_total")]
table("Reloads under load", ["reloads", "seconds", "requests", "requests/s", "failed", "worst p99 ms of 4 s"],
      [[arguments.reloads, f"{seconds:.1f}", total("requests"), f"{total('requests') / total('duration_seconds'):,.0f}", total("failures"), worst]])
print("\n" + "; ".join(loads))
loaded = int(float(next(line for line in loads if 'ready' in line).split()[-1]))
verdict(total("failures") == 0 and total("successes") > 0 and loaded == arguments.reloads + 1,
        f"{total('failures')} of {total('requests')} requests failed over {loaded - 1} reloads {samples or ''}")
