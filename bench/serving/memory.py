#!/usr/bin/env python3
"""Memory of the server over many loads and unloads: memory.py [--cycles N] [--megabytes M]."""
import argparse

from rig import *

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--cycles", type=int, default=500)
parser.add_argument("--limit", type=float, default=0.05)
arguments = parser.parse_args()

with Repository() as folder:
    mlp(folder / "m" / "1" / "model.onnx", [64, 1024, 2048, 64])
    with Server(folder, "--model-control-mode", "explicit") as server:
        stub = server.stub()
        seen = []
        for cycle in range(arguments.cycles):
            stub.RepositoryModelLoad(pb.RepositoryModelLoadRequest(model_name="m"), timeout=60)
            for _ in range(4):
                stub.ModelInfer(infer("m", columns=64), timeout=20)
            stub.RepositoryModelUnload(pb.RepositoryModelUnloadRequest(model_name="m"), timeout=60)
            seen.append(server.resident_bytes())
marks = sorted({min(arguments.cycles - 1, index) for index in (0, 9, arguments.cycles // 10 - 1, arguments.cycles // 2 - 1, arguments.cycles - 1) if index >= 0})
table("Resident memory after a load, four requests and an unload of a model of 9 MB", ["cycle", "MiB"], [[mark + 1, f"{seen[mark] / 2**20:.1f}"] for mark in marks])
settled = seen[arguments.cycles // 10:]
spread = max(abs(value - settled[0]) for value in settled) / settled[0]
verdict(spread <= arguments.limit, f"from cycle {arguments.cycles // 10 + 1} on it stays within {spread:.1%}; at most {arguments.limit:.0%}")
