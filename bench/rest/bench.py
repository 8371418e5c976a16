#!/usr/bin/env python3
"""REST inference with the digits model beside KServe's Python server, rounds in turn, driven by h2load over HTTP/1.1.

    bench.py --kserve-python PYTHON [--rounds N] [--seconds S] [--connections 1,8] [--json FILE]

Every answer's status is checked, and one answer of each server is compared with the other's before anything is measured.
"""
import argparse, json, os, pathlib, re, select, signal, socket, statistics, subprocess, sys, tempfile, time, urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
MARTLET = pathlib.Path(os.environ.get("MARTLET", ROOT / ".build" / "release" / "martlet"))
MODEL = ROOT / "examples" / "models" / "digits-mlp" / "1"
PATHS = {"v2": "/v2/models/digits-mlp/infer", "v1": "/v1/models/digits-mlp:predict"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def martlet(repository):
    process = subprocess.Popen(
        [MARTLET, "serve", "--model-repository", repository, "--grpc-port", "0", "--http-port", "0", "--metrics-port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    ready, _, _ = select.select([process.stdout], [], [], 30)
    line = process.stdout.readline() if ready else ""
    found = re.search(r"http=\S+:(\d+)", line) or sys.exit("martlet did not start")
    return process, int(found.group(1))


def kserve(python):
    port = free_port()
    process = subprocess.Popen(
        [python, ROOT / "bench/rest/kserve_server.py", str(port), str(free_port()), MODEL / "model.onnx"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(600):
        time.sleep(0.1)
        try:
            if urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/models/digits-mlp/ready", timeout=2).status == 200:
                return process, port
        except OSError:
            if process.poll() is not None:
                break
    sys.exit("KServe's server did not start")


def bodies():
    golden = json.loads(next((MODEL / "golden").glob("*.json")).read_text())
    ((name, tensor),) = golden["inputs"].items()
    width = tensor["shape"][1]
    row = tensor["data"][:width]
    return {
        "v2": json.dumps({"inputs": [{"name": name, "datatype": "FP32", "shape": [1, width], "data": row}]}).encode(),
        "v1": json.dumps({"instances": [row]}).encode()}


def post(port, path, body):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, {"Content-Type": "application/json"})
    return json.loads(urllib.request.urlopen(request, timeout=20).read())


def is_same(left, right):
    """JSON documents that agree up to what two engines may differ by."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(is_same(left[key], right[key]) for key in left)
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(map(is_same, left, right))
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return abs(left - right) <= 1e-4
    return left == right


def compared(answer):
    """What both servers must agree on."""
    return answer.get("predictions") or {output["name"]: (output["shape"], output["data"]) for output in answer["outputs"]}


def load(port, path, file, connections, requests):
    done = subprocess.run(
        ["h2load", "--h1", "-c", str(connections), "-t", "1", "-n", str(requests), "-d", file, "-H", "Content-Type: application/json",
         f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True)
    if f"{requests} succeeded, 0 failed" not in done.stdout or f"{requests} 2xx" not in done.stdout:
        sys.exit(f"h2load: {done.stdout}{done.stderr}")
    return float(re.search(r"([\d.]+) req/s", done.stdout).group(1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kserve-python", type=pathlib.Path, required=True, help="a Python that has kserve and onnxruntime")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--connections", default="1,8")
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    report = []
    with tempfile.TemporaryDirectory() as folder:
        repository = pathlib.Path(folder) / "models"
        repository.mkdir()
        (repository / "digits-mlp").symlink_to(MODEL.parent)
        servers = {"martlet": martlet(repository), "kserve": kserve(arguments.kserve_python)}
        try:
            print(f"{'protocol':>8} {'connections':>11} {'martlet':>9} {'kserve':>9} {'times':>6}")
            for protocol, body in bodies().items():
                file = pathlib.Path(folder) / protocol
                file.write_bytes(body)
                answers = [compared(post(port, PATHS[protocol], body)) for _, port in servers.values()]
                if not is_same(*answers):
                    sys.exit(f"{protocol}: the servers do not agree: {answers}")
                for connections in map(int, arguments.connections.split(",")):
                    rates = {name: [] for name in servers}
                    counts = {
                        name: max(connections, int(load(port, PATHS[protocol], file, connections, 200) * arguments.seconds))
                        for name, (_, port) in servers.items()}
                    for _ in range(arguments.rounds):
                        for name, (_, port) in servers.items():
                            rates[name].append(load(port, PATHS[protocol], file, connections, counts[name]))
                    ours, theirs = (statistics.median(rates[name]) for name in servers)
                    report.append({"protocol": protocol, "connections": connections, "martlet": ours, "kserve": theirs, "times": ours / theirs})
                    print(f"{protocol:>8} {connections:>11} {ours:>9.0f} {theirs:>9.0f} {ours / theirs:>6.1f}", flush=True)
        finally:
            for process, _ in servers.values():
                process.send_signal(signal.SIGTERM)
            for process, _ in servers.values():
                process.wait(30)
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=1))
    least = min(line["times"] for line in report)
    print(f"at least {least:.1f} times KServe's rate")
    if least < 5:
        sys.exit("below 5")


if __name__ == "__main__":
    main()
