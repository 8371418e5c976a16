#!/usr/bin/env python3
"""Server CPU per request beside nghttpd, and C++ gRPC if it is there: h2load, interleaved, 101-byte echo.

    bench.py [--rounds N] [--seconds S] [--shapes 1x1,8x8] [--only NAME,NAME] [--json FILE] [--idle N]

CPU per request is what repeats; requests per second and latencies depend on what else the machine does.
"""
import argparse, json, os, pathlib, re, resource, shutil, socket, statistics, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parents[2]
ECHO = pathlib.Path(os.environ.get("TRANSPORT_ECHO", ROOT / ".build" / "release" / "transport-echo"))
SHAPES = [(1, 1), (1, 8), (8, 8), (8, 32), (64, 1)]
PAYLOAD = 101
TICK = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait(port):
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit(f"nothing listens on {port}")


class Server:
    def __init__(self, name, command, port, url, load):
        self.name, self.port, self.url, self.load = name, port, url, load
        self.process = subprocess.Popen([str(c) for c in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait(port)

    def cpu(self):
        """Seconds on a processor so far, of all threads, to the nanosecond where the kernel counts so."""
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        if taken := sum(int(task.read_text().split()[0]) for task in tasks):
            return taken / 1e9
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def rss(self):
        return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{self.process.pid}/status").read_text()).group(1)) * 1024

    def stop(self):
        self.process.terminate()
        self.process.wait()


def build_grpc_echo(folder):
    """C++ gRPC's generic asynchronous server, if its headers are installed."""
    if shutil.which("g++") is None or subprocess.run(["pkg-config", "--exists", "grpc++"]).returncode != 0:
        return None
    binary = folder / "grpc_echo"
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "grpc++"], capture_output=True, text=True).stdout.split()
    source = pathlib.Path(__file__).with_name("grpc_echo.cc")
    built = subprocess.run(["g++", "-O2", "-std=c++17", str(source), "-o", str(binary), *flags, "-lgpr"], capture_output=True)
    return binary if built.returncode == 0 else None


def certificate(folder):
    files = folder / "cert.pem", folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
                    files[1], "-out", files[0], "-days", "30", "-subj", "/CN=localhost"], check=True, capture_output=True)
    return files


def servers(folder):
    """Ours in plain text and under TLS, nghttpd both ways, and C++ gRPC; those that are installed."""
    body = folder / "body"
    body.write_bytes(b"\0" + PAYLOAD.to_bytes(4, "big") + bytes(range(PAYLOAD)))
    root = folder / "root"
    root.mkdir()
    (root / "file").write_bytes(body.read_bytes())
    grpc_load = ["-d", body, "-H", "content-type: application/grpc", "-H", "te: trailers"]
    cert, key = certificate(folder)
    for name, options, scheme in [("martlet", [], "http"), ("martlet-tls", [cert, key], "https")]:
        port = free_port()
        yield Server(name, [ECHO, port, 1, *options], port, f"{scheme}://127.0.0.1:{port}/bench.Echo/Echo", grpc_load)
    if nghttpd := shutil.which("nghttpd", path=os.environ["PATH"] + ":/usr/sbin"):
        # A file for a GET, which is the least that HTTP/2 can do; and for a POST with a body, with trailers, as in gRPC.
        for name, options, files, scheme, requests in [
            ("nghttpd", ["--no-tls"], [], "http", []),
            ("nghttpd-post", ["--no-tls", "--trailer", "grpc-status: 0"], [], "http", grpc_load),
            ("nghttpd-tls", [], [key, cert], "https", []),
        ]:
            port = free_port()
            yield Server(
                name, [nghttpd, *options, "-n1", "-d", root, port, *files], port, f"{scheme}://127.0.0.1:{port}/file", requests)
    if echo := build_grpc_echo(folder):
        port = free_port()
        yield Server("grpc-c++", [echo, port], port, f"http://127.0.0.1:{port}/bench.Echo/Echo", grpc_load)


def load(server, clients, streams, requests, log):
    log.unlink(missing_ok=True)
    before = server.cpu()
    done = subprocess.run(
        ["h2load", "-c", str(clients), "-m", str(streams), "-n", str(requests), f"--log-file={log}", *map(str, server.load), server.url],
        capture_output=True, text=True)
    cpu = server.cpu() - before
    found = re.search(r"(\d+) succeeded, (\d+) failed", done.stdout)
    rate = re.search(r"finished in [\d.]+\w+, ([\d.]+) req/s", done.stdout)
    if not found or int(found.group(1)) != requests:
        sys.exit(f"{server.name}: {done.stdout}{done.stderr}")
    times = sorted(int(line.rsplit("\t", 1)[1]) for line in log.read_text().splitlines())
    pick = lambda q: times[min(len(times) - 1, int(q * len(times)))] / 1000
    return {"rate": float(rate.group(1)), "cpu_us": cpu / requests * 1e6, "p50_ms": pick(0.5), "p99_ms": pick(0.99)}


def run(server, clients, streams, seconds, log):
    """A load of about `seconds`, after a short one that tells how many requests that is."""
    probe = load(server, clients, streams, 2000 + clients * streams, log)
    return load(server, clients, streams, max(2000, int(probe["rate"] * seconds)), log)


def idle(count):
    """Resident bytes per idle connection."""
    # Both ends' sockets, and the server inherits the limit.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    port = free_port()
    server = Server("martlet", [ECHO, port, 1], port, "", [])
    hello = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]) + bytes([0, 0, 0, 4, 1, 0, 0, 0, 0])
    def connect(n):
        made = []
        for _ in range(n):
            s = socket.create_connection(("127.0.0.1", port))
            s.sendall(hello)
            s.recv(4096)
            made.append(s)
        return made
    kept = connect(50)
    time.sleep(0.5)
    base = server.rss()
    kept += connect(count)
    time.sleep(1)
    each = (server.rss() - base) / count
    for s in kept:
        s.close()
    server.stop()
    return each


def goals(report):
    """(what, value, bound, whether it holds) of each goal whose peer was there."""
    def ratio(shape, key, ours, theirs):
        a, b = report.get(shape, {}).get(ours), report.get(shape, {}).get(theirs)
        return a[key] / b[key] if a and b and b[key] else None
    rows = [
        ("CPU per request at 8×8 ÷ nghttpd", ratio("8x8", "cpu_us", "martlet", "nghttpd"), 1.25, "at most"),
        ("CPU per request at 8×8 ÷ C++ gRPC", ratio("8x8", "cpu_us", "martlet", "grpc-c++"), 1 / 3, "at most"),
        ("p99 at 1×1 ÷ nghttpd", ratio("1x1", "p99_ms", "martlet", "nghttpd"), 1.2, "at most"),
        ("requests per second of CPU at 8×8, TLS ÷ plain", ratio("8x8", "cpu_us", "martlet", "martlet-tls"), 0.6, "at least"),
    ]
    return [
        (what, value, bound, word, value <= bound if word == "at most" else value >= bound)
        for what, value, bound, word in rows if value is not None]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--shapes", help="such as 1x1,8x8; all by default")
    parser.add_argument("--json")
    parser.add_argument("--only", help="servers, by comma")
    parser.add_argument("--idle", type=int, help="measure idle connections instead")
    options = parser.parse_args()
    if options.idle:
        print(f"idle connections: {idle(options.idle) / 1024:.2f} KiB each, of {options.idle}")
        return
    shapes = [tuple(map(int, s.split("x"))) for s in options.shapes.split(",")] if options.shapes else SHAPES
    results = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        running = list(servers(folder))
        measured = [s for s in running if not options.only or s.name in options.only.split(",")]
        try:
            for clients, streams in shapes:
                for _ in range(options.rounds):
                    for server in measured:
                        results.setdefault((clients, streams), {}).setdefault(server.name, []).append(
                            run(server, clients, streams, options.seconds, folder / "log"))
        finally:
            for server in running:
                server.stop()
    print(f"{'shape':>6} {'server':>12} {'req/s':>9} {'CPU µs':>7} {'p50 ms':>7} {'p99 ms':>7}  CPU ÷ nghttpd")
    report = {}
    for (clients, streams), by_server in results.items():
        medians = {name: {key: statistics.median(r[key] for r in runs) for key in runs[0]} for name, runs in by_server.items()}
        base = medians.get("nghttpd", {}).get("cpu_us")
        for name, m in medians.items():
            ratio = f"{m['cpu_us'] / base:.2f}" if base else "–"
            print(f"{clients}×{streams:<4} {name:>12} {m['rate']:9.0f} {m['cpu_us']:7.2f} {m['p50_ms']:7.3f} {m['p99_ms']:7.3f}  {ratio}")
        report[f"{clients}x{streams}"] = medians
    for what, value, bound, word, holds in goals(report):
        print(f"{'holds ' if holds else 'MISSED'} {what}: {value:.2f}, {word} {bound:.2f}")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
