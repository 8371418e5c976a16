#!/usr/bin/env python3
"""A ModelInfer of the digits model through the whole server, beside nghttpd serving a file of the reply's size: h2load, in turn.

    wire.py [--rounds N] [--requests N] [--shapes 8x32,64x1,1x1] [--json FILE]

nghttpd does the least that HTTP/2 can do with a reply of that size: the rest is what reading tensors, the model and the answer cost.
Replies are checked once: h2load does not look at grpc-status.
"""
import argparse, json, os, pathlib, re, shutil, socket, statistics, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHAPES = "8x32,64x1,1x1"


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(number, value):
    return varint(number << 3 | 2) + varint(len(value)) + value


def framed(message):
    return b"\0" + len(message).to_bytes(4, "big") + message


def request():
    """ModelInferRequest: one row of 64 numbers for `digits-mlp`."""
    tensor = field(1, b"pixels") + field(2, b"FP32") + field(3, varint(1) + varint(64))
    return framed(field(1, b"digits-mlp") + field(5, tensor) + field(7, bytes(256)))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def martlet():
    process = subprocess.Popen(
        [ROOT / ".build/release/martlet", "serve", "--model-repository", ROOT / "examples/models", "--grpc-port", "0", "--http-port", "0",
         "--metrics-port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    for line in process.stdout:
        if line.startswith("listening "):
            return process, re.search(r"grpc=(\S+)", line).group(1)
    sys.exit("martlet did not start")


def cpu_seconds(process):
    tasks = pathlib.Path(f"/proc/{process.pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def reply_bytes(address, body):
    """Bytes of one reply with its prefix, after a look at its status."""
    done = subprocess.run(
        ["nghttp", "-v", "-d", body, "-H", "content-type: application/grpc", "-H", "te: trailers",
         f"http://{address}/inference.GRPCInferenceService/ModelInfer"], capture_output=True)
    text = done.stdout.decode(errors="replace")
    if "grpc-status: 0" not in text:
        sys.exit(f"the call failed:\n{text[-2000:]}")
    return sum(int(n) for n in re.findall(r"recv .*?DATA.*? <length=(\d+)", text))


def load(process, url, extra, clients, streams, count):
    before = cpu_seconds(process)
    done = subprocess.run(
        ["h2load", "-n", str(count), "-c", str(clients), "-m", str(streams), "-t", "1", *map(str, extra), url], capture_output=True, text=True)
    cpu = cpu_seconds(process) - before
    if f"{count} succeeded" not in done.stdout:
        sys.exit(done.stdout + done.stderr)
    return {"rate": float(re.search(r"([\d.]+) req/s", done.stdout).group(1)), "cpu_us": cpu / count * 1e6}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=60_000)
    parser.add_argument("--shapes", default=SHAPES)
    parser.add_argument("--json")
    options = parser.parse_args()
    nghttpd = shutil.which("nghttpd", path=os.environ["PATH"] + ":/usr/sbin") or sys.exit("nghttpd is not installed")
    report = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        body = folder / "body"
        body.write_bytes(request())
        ours, address = martlet()
        size = reply_bytes(address, body)
        (folder / "file").write_bytes(bytes(size))
        port = free_port()
        theirs = subprocess.Popen([nghttpd, "--no-tls", "-n", "1", "-d", name, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.5)
        call = (ours, f"http://{address}/inference.GRPCInferenceService/ModelInfer",
                ["-d", body, "-H", "content-type: application/grpc", "-H", "te: trailers"])
        file = (theirs, f"http://127.0.0.1:{port}/file", [])
        try:
            print(f"one ModelInfer of digits-mlp, replies of {size} bytes; {options.requests} requests, {options.rounds} rounds")
            print(f"{'shape':>6} {'martlet req/s':>14} {'nghttpd req/s':>14} {'ratio':>6} {'martlet CPU µs':>15} {'nghttpd CPU µs':>15}")
            for shape in options.shapes.split(","):
                clients, streams = map(int, shape.split("x"))
                runs = [(load(*call, clients, streams, options.requests), load(*file, clients, streams, options.requests))
                        for _ in range(options.rounds)]
                median = lambda side, key: statistics.median(run[side][key] for run in runs)
                a, b = median(0, "rate"), median(1, "rate")
                report[shape] = {"martlet": a, "nghttpd": b, "martlet_cpu_us": median(0, "cpu_us"), "nghttpd_cpu_us": median(1, "cpu_us")}
                print(f"{shape:>6} {a:14.0f} {b:14.0f} {a / b:6.2f} {median(0, 'cpu_us'):15.2f} {median(1, 'cpu_us'):15.2f}")
        finally:
            for process in (ours, theirs):
                process.terminate()
                process.wait()
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
