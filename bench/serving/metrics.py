#!/usr/bin/env python3
"""What being watched costs at full load, and what promtool says of the metrics: metrics.py [--seconds S].

The share is that of samples, taken by perf, in the code that counts and in a scrape each second.
"""
import argparse, urllib.request

from rig import *

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--seconds", type=float, default=8)
parser.add_argument("--limit", type=float, default=0.01)
arguments = parser.parse_args()

COUNTING = re.compile(r"VersionStatistics|Histogram|PrometheusText|MetricFamily|ShardedCounter|MetricRegistry|MetricsPage|MetricsRoom|WireMetrics|ServingMetrics|VersionMetrics")

with Repository() as folder:
    mlp(folder / "tiny" / "1" / "model.onnx", [16, 32, 3])
    with Server(folder) as server:
        fetch = lambda: urllib.request.urlopen(f"http://{server.metrics}/metrics").read()
        load(server.grpc, "--model", "tiny", "--connections", 8, "--streams", 8, "--warmup", "0ms", "--duration", "500ms")
        checked = None
        if shutil.which("promtool"):
            checked = subprocess.run(["promtool", "check", "metrics"], input=fetch(), capture_output=True)
        before = server.cpu_seconds()
        for _ in range(100):
            fetch()
        scrape = (server.cpu_seconds() - before) / 100
        running = Load(server.grpc, "--model", "tiny", "--connections", 8, "--streams", 8, "--warmup", "0ms", "--duration", f"{arguments.seconds}s")
        time.sleep(0.5)
        share = None
        if shutil.which("perf"):
            data = folder / "perf.data"
            recorder = subprocess.Popen(["perf", "record", "-q", "-F", "2000", "-g", "-o", data, "-p", str(server.pid)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            end = time.monotonic() + arguments.seconds - 2
            while time.monotonic() < end:
                fetch()
                time.sleep(1)
            recorder.send_signal(signal.SIGINT)
            recorder.wait()
        before, result = server.cpu_seconds(), running.result()
        if shutil.which("perf"):
            script = subprocess.run(["perf", "script", "-i", data, "-F", "ip,sym"], capture_output=True, text=True).stdout
            stacks = [stack for stack in script.split("\n\n") if stack.strip()]
            counting = sum(1 for stack in stacks if COUNTING.search(stack))
            share = counting / len(stacks) if stacks else None
rows = [["requests/s at full load", f"{result['requests_per_second']:,.0f}"], ["CPU of one scrape", f"{scrape * 1e3:.2f} ms"]]
if share is not None:
    rows += [["samples", len(stacks)], ["of them in counting and scraping", f"{counting} ({share:.2%})"]]
if checked is not None:
    # Names of Triton's are what they are; 3 stands for remarks on names only.
    remarks = [line for line in checked.stderr.decode().splitlines() if not line.startswith("nv_")]
    isClean = checked.returncode in (0, 3) and not remarks
    rows.append(["promtool check metrics", "clean but for the names of Triton's metrics" if isClean else "; ".join(remarks) or f"exit {checked.returncode}"])
table("What the metrics cost", ["", ""], rows)
if share is None:
    sys.exit("perf is not here: the share is not known")
verdict(share < arguments.limit and (checked is None or isClean), f"counting and a scrape each second take {share:.2%} of the server's CPU; less than {arguments.limit:.0%}")
