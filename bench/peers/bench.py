#!/usr/bin/env python3
"""The same models through Martlet and through peers, one after the other in every round, as one Markdown report.

    bench.py [--models NAME,…] [--peers NAME,…] [--seconds S] [--rounds N] [--out FILE] [--json FILE]

Server and load generator share the machine: the ratios of one run count, the absolute figures do not.
"""
import argparse, json, os, pathlib, platform, statistics, subprocess, sys, time

import models, peers, processes

ROOT = models.ROOT
LOADTEST = pathlib.Path(os.environ.get("LOADTEST", ROOT / ".build" / "release" / "loadtest"))


def measure(peer, workload, connections, streams, seconds, scratch):
    out = scratch / "result.json"
    out.unlink(missing_ok=True)
    # The warm-up is a run of its own, so that its CPU time is not counted.
    options = [LOADTEST, "--target", f"127.0.0.1:{peer.port}", "--model", workload.name, "--connections", connections, "--streams", streams,
               "--seed", 7, "--quiet", *peer.options(workload)]
    subprocess.run([*map(str, options), "--warmup", "0ms", "--duration", f"{max(0.3, seconds / 4)}s"], capture_output=True)
    before = processes.cpu_seconds(peer.process.pid)
    done = subprocess.run(
        [*map(str, options), "--warmup", "0ms", "--duration", f"{seconds}s", "--json", str(out)], capture_output=True, text=True)
    cpu = processes.cpu_seconds(peer.process.pid) - before
    if not out.exists():
        return {"error": (done.stderr.strip().splitlines() or ["no result"])[-1]}
    result = json.loads(out.read_text())
    if result["failures"] or not result["successes"]:
        samples = list(result["failure_samples"].items())
        return {"error": f"{result['failures']} of {result['requests']} requests failed: {': '.join(samples[0]) if samples else '?'}"}
    return {"rate": result["requests_per_second"], "cpu": cpu / result["successes"] * 1e6, "client_wait": result["client_wait_share"],
            **{name: result["latency_ms"][name] for name in ("p50", "p99", "p999")}}


def median(runs):
    good = [run for run in runs if "error" not in run]
    if not good:
        return runs[-1]
    return {key: statistics.median(run[key] for run in good) for key in good[0]}


def cell(value, base, places=2, inverse=False):
    """A figure, and its ratio to ours."""
    if value is None:
        return "–"
    text = f"{value:,.{places}f}"
    return text if not base or value is base else f"{text} ({value / base:.2f}×)"


def report(results, facts, absent, workloads, missing, arguments):
    lines = ["# Martlet beside its peers", "",
             f"{time.strftime('%Y-%m-%d')}, {facts['cpu']}, {facts['cores']} cores shared by server and load generator, {platform.system()} {platform.release()}. "
             f"Closed loops of `loadtest`, {arguments.rounds} rounds of {arguments.seconds} s, medians; every round asks every peer before the next begins. "
             "In brackets: the ratio to Martlet. CPU is the server's, per request, with its child processes.", "",
             "ONNX Runtime has one thread for the small models and two for the large ones, without spinning; Triton batches dynamically.", "",
             "| server | start-up s | memory at the end MiB | size on disk MiB |", "| --- | --- | --- | --- |"]
    ours = facts["peers"].get(peers.Martlet.name, {})
    for name, fact in facts["peers"].items():
        lines.append(f"| {name} | {cell(fact['start'], name != peers.Martlet.name and ours.get('start'))} | "
                     f"{cell(fact['memory'] / 2**20, name != peers.Martlet.name and ours and ours['memory'] / 2**20, 0)} | "
                     f"{cell(fact['disk'] / 2**20, name != peers.Martlet.name and ours and ours['disk'] / 2**20, 0)} |")
    for name, reason in absent.items():
        lines.append(f"| {name} | {reason} | | |")
    for workload in workloads:
        for shape in workload.shapes:
            rows = results.get((workload.name, shape), {})
            lines += ["", f"## {workload.name}, {shape[0]} connection{'s' if shape[0] > 1 else ''} × {shape[1]} stream{'s' if shape[1] > 1 else ''}", "",
                      "| server | requests/s | p50 ms | p99 ms | p99.9 ms | CPU µs/request | requests per CPU-second |", "| --- | --- | --- | --- | --- | --- | --- |"]
            base = median(rows[peers.Martlet.name]) if peers.Martlet.name in rows else {}
            for name, runs in rows.items():
                m = median(runs)
                if "error" in m:
                    lines.append(f"| {name} | {m['error']} | | | | | |")
                    continue
                ratio = {} if name == peers.Martlet.name or "error" in base else base
                lines.append(
                    f"| {name} | {cell(m['rate'], ratio.get('rate'), 0)} | {cell(m['p50'], ratio.get('p50'), 3)} | {cell(m['p99'], ratio.get('p99'), 3)} | "
                    f"{cell(m['p999'], ratio.get('p999'), 3)} | {cell(m['cpu'], ratio.get('cpu'), 1)} | "
                    f"{cell(1e6 / m['cpu'] if m['cpu'] else None, ratio and ratio['cpu'] and 1e6 / ratio['cpu'], 0)} |")
    for name in missing:
        lines += ["", f"{name}: its file is not here; `make corpus` fetches it."]
    return "\n".join(lines) + "\n"


def cpu_name():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    split = lambda text: [word for word in text.split(",") if word]
    parser.add_argument("--models", type=split, default=[])
    parser.add_argument("--peers", type=split, default=[], help="words of their names, such as triton,python; Martlet always takes part")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--corpus", type=pathlib.Path, default=ROOT / ".corpus" / "models")
    parser.add_argument("--cache", type=pathlib.Path, default=ROOT / ".build" / "peers")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    arguments.cache.mkdir(parents=True, exist_ok=True)
    out = arguments.out or arguments.cache / "report.md"
    if not LOADTEST.exists():
        sys.exit(f"{LOADTEST} is not built")

    workloads, missing = models.workloads(arguments.corpus, arguments.models)
    chosen = [kind for kind in peers.EVERY if kind is peers.Martlet or not arguments.peers or any(word.lower() in kind.name.lower() for word in arguments.peers)]
    running, absent, facts = [], {}, {"cpu": cpu_name(), "cores": os.cpu_count(), "peers": {}}
    results = {}
    try:
        for kind in chosen:
            peer = kind(arguments.cache)
            try:
                peer.prepare(workloads)
                # Once for the file cache, once to be timed.
                peer.start(workloads)
                peer.stop()
                seconds = peer.start(workloads)
            except peers.Unavailable as reason:
                peer.stop()
                print(f"{kind.name}: {reason}", file=sys.stderr)
                absent[kind.name] = str(reason)
                continue
            running.append(peer)
            facts["peers"][peer.name] = {"start": seconds, "disk": processes.disk_bytes(*peer.disk())}
            print(f"{peer.name}: ready in {seconds:.2f} s", file=sys.stderr)
        for workload in workloads:
            for shape in workload.shapes:
                for _ in range(arguments.rounds):
                    for peer in running:
                        run = measure(peer, workload, *shape, arguments.seconds, arguments.cache)
                        results.setdefault((workload.name, shape), {}).setdefault(peer.name, []).append(run)
                        shown = run.get("error") or f"{run['rate']:,.0f} requests/s, p99 {run['p99']:.3f} ms, {run['cpu']:.1f} µs CPU"
                        print(f"{workload.name} {shape[0]}×{shape[1]} {peer.name}: {shown}", file=sys.stderr)
        for peer in running:
            facts["peers"][peer.name]["memory"] = processes.memory_bytes(peer.process.pid)
    finally:
        for peer in running:
            peer.stop()
    out.write_text(report(results, facts, absent, workloads, missing, arguments))
    if arguments.json:
        arguments.json.write_text(json.dumps(
            {"facts": facts, "absent": absent, "results": [{"model": m, "connections": c, "streams": s, "peers": by} for (m, (c, s)), by in results.items()]}, indent=1))
    print(out)


if __name__ == "__main__":
    main()
