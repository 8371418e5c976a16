#!/usr/bin/env python3
"""The batcher on a tiny network beside peers, at 8 connections of 8 requests: batcher.py [--rounds N] [--seconds S] [--peers WORDS]."""
import argparse, statistics

from rig import *

sys.path.insert(0, str(ROOT / "bench" / "peers"))
import bench as report, models, peers

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--seconds", type=float, default=3)
parser.add_argument("--peers", default="triton,c++")
arguments = parser.parse_args()
cache = ROOT / ".build" / "peers"
cache.mkdir(parents=True, exist_ok=True)
words = arguments.peers.lower().split(",")

with Repository() as folder:
    file = mlp(folder / "tiny.onnx", [16, 32, 3])
    workload = models.Workload("tiny-mlp", file, 1, [(8, 8)])
    running, results = [], {}
    try:
        for kind in peers.EVERY:
            if kind is not peers.Martlet and not any(word in kind.name.lower() for word in words):
                continue
            peer = kind(cache)
            try:
                peer.prepare([workload])
                peer.start([workload])
                running.append(peer)
            except peers.Unavailable as reason:
                peer.stop()
                print(f"{kind.name}: {reason}")
        for _ in range(arguments.rounds):
            for peer in running:
                results.setdefault(peer.name, []).append(report.measure(peer, workload, 8, 8, arguments.seconds, cache))
    finally:
        for peer in running:
            peer.stop()
merged = {name: report.median(runs) for name, runs in results.items()}
ours = merged[peers.Martlet.name]
table("A network of 16, 32 and 3 units, 8 connections of 8 requests", ["server", "requests/s", "Martlet is", "p99 ms", "CPU µs/request"],
      [[name, run["error"], "", "", ""] if "error" in run else [name, f"{run['rate']:,.0f}", f"{ours['rate'] / run['rate']:.1f}×", f"{run['p99']:.3f}", f"{run['cpu']:.1f}"]
       for name, run in merged.items()])
others = {name: run for name, run in merged.items() if name != peers.Martlet.name and "error" not in run}
if not others:
    sys.exit("no peer took part")
name, run = next(((n, r) for n, r in others.items() if "Triton" in n), next(iter(others.items())))
verdict(ours["rate"] >= 4 * run["rate"], f"{ours['rate'] / run['rate']:.1f} times the rate of {name}; at least 4")
