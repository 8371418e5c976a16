#!/usr/bin/env python3
"""Versions copied slowly into a repository that is polled: none is taken half: slow_copy.py [--versions N] [--seconds S] [--megabytes M]."""
import argparse, random, threading

from rig import *

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--versions", type=int, default=4)
parser.add_argument("--seconds", type=float, default=6, help="that one copy takes")
parser.add_argument("--megabytes", type=int, default=20)
arguments = parser.parse_args()
random.seed(1)


def copy(data, path, seconds):
    """In pieces of random size; pauses are shorter than the server's two seconds between looks."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        written, begin = 0, time.monotonic()
        while written < len(data):
            piece = random.randint(1, max(1, len(data) // 10))
            file.write(data[written:written + piece])
            file.flush()
            written += piece
            time.sleep(max(0, begin + seconds * min(1, written / len(data)) - time.monotonic()))


with Repository() as folder, Repository() as scratch:
    constant(folder / "m" / "1" / "model.onnx", 1, arguments.megabytes)
    with Server(folder, "--model-control-mode", "poll") as server:
        stub, seen, faults, rows = server.stub(), [], [], []
        over = threading.Event()

        def watch():
            while not over.is_set():
                try:
                    answer = stub.ModelInfer(infer("m"), timeout=20)
                    value = np.frombuffer(answer.raw_output_contents[0], np.float32)
                    seen.append(int(answer.model_version))
                    if not (value == int(answer.model_version)).all():
                        faults.append(f"version {answer.model_version} answered {value}")
                except grpc.RpcError as error:
                    faults.append(error.details())
                time.sleep(0.005)

        watcher = threading.Thread(target=watch)
        watcher.start()
        for version in range(2, arguments.versions + 2):
            data = constant(scratch / "model.onnx", version, arguments.megabytes).read_bytes()
            begin = time.monotonic()
            early = len(seen)
            copy(data, folder / "m" / str(version) / "model.onnx", arguments.seconds)
            copied = time.monotonic()
            if version in seen[early:]:
                faults.append(f"version {version} answered before its file was whole")
            while seen[-1] != version and time.monotonic() < copied + 20:
                time.sleep(0.01)
            rows.append([version, f"{copied - begin:.1f}", f"{time.monotonic() - copied:.1f}" if seen[-1] == version else "never"])
        over.set()
        watcher.join()
        failed = [line for line in server.log_text().splitlines() if "failed" in line]
table(f"Files of {arguments.megabytes} MB copied slowly", ["version", "copied in s", "in service after s"], rows)
for line in faults[:5] + failed[:5]:
    print(line)
verdict(not faults and not failed and all(row[2] != "never" for row in rows) and len(seen) > 100,
        f"{len(faults)} of {len(seen)} answers were wrong, {len(failed)} loads failed")
