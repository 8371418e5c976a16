#!/usr/bin/env python3
"""loadtest beside h2load, on one nghttpd, interleaved: requests per second, and the client's CPU per request.

    bench.py [--rounds N] [--seconds S] [--shapes 4x16,8x32] [--json FILE]

A client that needs 4 µs of CPU for a request can send 250,000 a second from one core.
"""
import argparse, json, os, pathlib, re, resource, socket, statistics, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOADTEST = pathlib.Path(os.environ.get("LOADTEST", ROOT / ".build" / "release" / "loadtest"))
BODY = b"\0" + (101).to_bytes(4, "big") + bytes(range(101))


def child_cpu():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def h2load(port, clients, streams, requests):
    before = child_cpu()
    done = subprocess.run(["h2load", "-c", str(clients), "-m", str(streams), "-n", str(requests), f"http://127.0.0.1:{port}/file"], capture_output=True, text=True)
    cpu = child_cpu() - before
    if f"{requests} succeeded, 0 failed" not in done.stdout:
        sys.exit(f"h2load: {done.stdout}{done.stderr}")
    return {"rate": float(re.search(r"([\d.]+) req/s", done.stdout).group(1)), "cpu_us": cpu / requests * 1e6}


def loadtest(port, clients, streams, seconds):
    done = subprocess.run(
        [LOADTEST, "--target", f"127.0.0.1:{port}", "--protocol", "http2", "--method", "/file", "--connections", str(clients), "--streams", str(streams),
         "--duration", f"{seconds}s", "--warmup", "200ms", "--json", "-", "--quiet"], capture_output=True, text=True)
    result = json.loads(done.stdout) if done.returncode == 0 else sys.exit(f"loadtest: {done.stderr}")
    if result["failures"]:
        sys.exit(f"loadtest: {result['failures_by_kind']}")
    return {"rate": result["requests_per_second"], "cpu_us": result["client_cpu_seconds"] / result["successes"] * 1e6}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--shapes", default="4x16,8x32")
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    report = {}
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "file").write_bytes(BODY)
        server = subprocess.Popen(["nghttpd", "--no-tls", "-n1", "-d", folder, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            time.sleep(0.5)
            print(f"{'shape':>7} {'client':>9} {'req/s':>9} {'CPU µs/req':>11}")
            for clients, streams in (map(int, shape.split("x")) for shape in arguments.shapes.split(",")):
                requests = int(h2load(port, clients, streams, 20_000)["rate"] * arguments.seconds)
                runs = {"h2load": [], "loadtest": []}
                for _ in range(arguments.rounds):
                    runs["h2load"].append(h2load(port, clients, streams, requests))
                    runs["loadtest"].append(loadtest(port, clients, streams, arguments.seconds))
                medians = {name: {key: statistics.median(run[key] for run in each) for key in each[0]} for name, each in runs.items()}
                for name, m in medians.items():
                    print(f"{clients}×{streams:<4} {name:>9} {m['rate']:9.0f} {m['cpu_us']:11.2f}")
                print(f"        loadtest ÷ h2load: {medians['loadtest']['rate'] / medians['h2load']['rate']:.3f} of the rate, "
                      f"{medians['loadtest']['cpu_us'] / medians['h2load']['cpu_us']:.2f} of the CPU")
                report[f"{clients}x{streams}"] = {"medians": medians, "runs": runs}
        finally:
            server.kill()
            server.wait()
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
