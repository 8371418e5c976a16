#!/usr/bin/env python3
"""Goodput and tail as the load passes what the server can do: overload.py [--seconds S] [--slo MS]."""
import argparse

from rig import *

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--seconds", type=float, default=4)
parser.add_argument("--slo", type=int, default=100, help="milliseconds from arrival to answer, the model's objective")
parser.add_argument("--deadline", action="store_true", help="the callers give the same time as their deadline")
parser.add_argument("--loads", default="0.5,0.75,1,1.25,1.5,2,3")
arguments = parser.parse_args()
loads = [float(word) for word in arguments.loads.split(",")]

with Repository() as folder:
    # Some milliseconds a run: what is measured is the queue, and the load generator takes next to nothing of the processors.
    mlp(folder / "m" / "1" / "model.onnx", [64] + [1024] * 6 + [8])
    (folder / "m" / "model.yaml").write_text(f"slo: {arguments.slo}ms\nmax_batch_size: 4\n")
    with Server(folder) as server:
        closed = ["--model", "m", "--connections", 4, "--streams", 4, "--warmup", "500ms", "--duration", f"{arguments.seconds}s"]
        peak = load(server.grpc, *closed)["requests_per_second"]
        rows, good, tails = [], {}, {}
        for share in loads:
            options = ["--model", "m", "--connections", 8, "--streams", 200, "--rate", f"{peak * share:.1f}", "--arrivals", "poisson", "--seed", 1, "--warmup", "1s",
                       "--duration", f"{arguments.seconds}s"]
            if arguments.deadline:
                options += ["--timeout", f"{arguments.slo}ms"]
            out = load(server.grpc, *options)
            seconds = out.get("duration_seconds") or arguments.seconds
            latency = out["latency_ms"]
            rate = out["successes"] / seconds
            good[share], tails[share] = rate, latency["p99"]
            rows.append([f"{share}×", f"{peak * share:,.0f}", f"{rate:,.0f}", f"{rate / peak:.0%}", f"{out['failures'] / max(1, out['requests']):.0%}",
                         f"{latency['p50']:.1f}", f"{latency['p99']:.1f}"])
table(f"Offered and answered; {peak:,.0f} requests/s in a closed loop, objective {arguments.slo} ms", ["load", "offered/s", "answered/s", "of capacity", "refused", "p50 ms", "p99 ms"], rows)
best = max(good.values())
at = min(good, key=lambda share: abs(share - 2))
late = [share for share in loads if tails[share] > arguments.slo]
verdict(good[at] >= 0.9 * best and not late,
        f"at {at}× the answered rate is {good[at] / best:.0%} of the best, at least 90 %; p99 of the answered stays within {arguments.slo} ms"
        + (f" but at {late}" if late else ""))
