"""A bad version rolled out by canary under load: the server takes it back by itself, and what that cost is printed.

The bad version answers its golden request, and fails on one request in two of those that come: what no check at loading can see.
"""
import argparse, json, pathlib, re, signal, subprocess, sys, tempfile, time

import numpy as np
import onnx
from onnx import TensorProto, helper

ROOT = pathlib.Path(__file__).resolve().parents[2]
options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--binary", default=ROOT / ".build" / "release" / "martlet")
options.add_argument("--objective", type=float, default=0.999, help="share of good answers that is promised over thirty days")
arguments = options.parse_args()


def model(path, table):
    """y = table[x[0]], which fails where x points beyond the table."""
    graph = helper.make_graph(
        [helper.make_node("Cast", ["x"], ["i"], to=TensorProto.INT64), helper.make_node("Gather", ["t", "i"], ["y"])], "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 1])], [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 1])],
        [helper.make_tensor("t", TensorProto.FLOAT, [len(table)], table)])
    path.mkdir(parents=True)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path / "model.onnx")
    (path / "golden").mkdir()
    (path / "golden" / "a.json").write_text(json.dumps({
        "inputs": {"x": {"datatype": "FP32", "shape": [1, 1], "data": [0]}}, "outputs": {"y": {"datatype": "FP32", "shape": [1, 1], "data": [1]}}}))


with tempfile.TemporaryDirectory() as folder:
    repository = pathlib.Path(folder) / "models"
    model(repository / "m" / "1", [1.0, 1.0])
    (repository / "m" / "model.yaml").write_text(
        "routing:\n  canary: {steps: [0.1, 0.5, 1], step: 3s, min_requests: 50, max_error_share: 0.02}\n")
    server = subprocess.Popen(
        [arguments.binary, "serve", "--model-repository", repository, "--model-control-mode", "poll", "--grpc-port", "0", "--http-port", "0",
         "--metrics-port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    address = re.search(r"grpc=(\S+)", server.stdout.readline())[1]
    loads = [subprocess.Popen(
        [sys.executable, ROOT / "deploy/try/load.py", "--target", address, "--model", "m", "--input", "x", "--shape", "1,1", "--value", value,
         "--channels", "2", "--rate", "200"], stdout=subprocess.PIPE, text=True) for value in ("0", "1")]
    time.sleep(3)
    fresh = pathlib.Path(folder) / "incoming"
    model(fresh, [1.0])
    start = time.monotonic()
    fresh.rename(repository / "m" / "2")
    verdict, log = None, []
    import select
    while time.monotonic() - start < 60:
        if not select.select([server.stderr], [], [], 1)[0]:
            continue
        line = server.stderr.readline()
        log.append(line)
        print("server:", line.rstrip())
        if "rolled back" in line or "promoted" in line:
            verdict = line
            break
    took = time.monotonic() - start
    time.sleep(3)
    for load in loads:
        load.send_signal(signal.SIGTERM)
    results = [json.loads(load.communicate(timeout=60)[0]) for load in loads]
    server.send_signal(signal.SIGTERM)
    server.wait(30)

failed = sum(r["failed"] for r in results)
answered = sum(r["answered"] for r in results)
rate = (failed + answered) / results[0]["seconds"]
budget = (1 - arguments.objective) * rate * 30 * 86400
print(f"after {took:.1f} s: {(verdict or 'nothing happened').strip()}")
print(f"{answered} answered, {failed} failed, all of them by the bad version's share ({results[0]['failed']} for what it can answer)")
print(f"error budget: {failed} of {budget:,.0f} failures that {arguments.objective:.1%} allows in thirty days at this rate, {failed / budget:.3%}")
sys.exit(not (verdict and "rolled back" in verdict and results[0]["failed"] == 0))
