"""Replicas behind a proxy on this machine: a rolling update under load, a replica that is killed, and what both cost.

    replicas.py [--proxy envoy|nginx] [--binary PATH] [--next-binary PATH]

Each update step starts the new replica, tells the proxy, and stops the old one with SIGTERM, as a Deployment with one to spare does.
"""
import argparse, json, os, pathlib, re, shutil, signal, subprocess, sys, tempfile, time

import grpc
from tritonclient.grpc import service_pb2, service_pb2_grpc

ROOT = pathlib.Path(__file__).resolve().parents[2]

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--proxy", choices=["envoy", "nginx"], default="envoy")
options.add_argument("--replicas", type=int, default=3)
options.add_argument("--binary", default=ROOT / ".build" / "release" / "martlet")
options.add_argument("--models", default=ROOT / "examples" / "models")
options.add_argument("--rate", default="300")
options.add_argument("--json", help="file for the findings")
arguments = options.parse_args()
work = pathlib.Path(tempfile.mkdtemp(prefix="martlet-try-"))


def free_port():
    import socket
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Replica:
    def __init__(self):
        flags = ["--load-reports"] if "--load-reports" in subprocess.run([arguments.binary, "serve", "--help"], capture_output=True, text=True).stdout else []
        self.process = subprocess.Popen(
            [arguments.binary, "serve", "--model-repository", arguments.models, "--grpc-port", "0", "--http-port", "0", "--metrics-port", "0",
             "--threads", "1", *flags], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        self.grpc = re.search(r"grpc=(\S+)", line)[1]
        self.port = int(self.grpc.rsplit(":", 1)[1])

    def answered(self):
        with grpc.insecure_channel(self.grpc) as channel:
            reply = service_pb2_grpc.GRPCInferenceServiceStub(channel).ModelStatistics(service_pb2.ModelStatisticsRequest(), timeout=5)
            return sum(m.inference_stats.success.count for m in reply.model_stats)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


class Envoy:
    def __init__(self, replicas):
        self.port, self.admin = free_port(), free_port()
        self.endpoints = work / "endpoints.json"
        self.tell(replicas)
        text = (ROOT / "deploy/proxies/envoy.yaml").read_text()
        for key, value in {"ADDRESS": "127.0.0.1", "PORT": self.port, "ADMIN": self.admin, "ENDPOINTS": self.endpoints}.items():
            text = text.replace("{{%s}}" % key, str(value))
        (work / "envoy.yaml").write_text(text)
        program = shutil.which("envoy", path=os.path.dirname(sys.executable)) or shutil.which("envoy")
        self.process = subprocess.Popen([program, "-c", work / "envoy.yaml", "--concurrency", "1", "-l", "warning", "--use-dynamic-base-id"],
                                        stdout=(work / "envoy.log").open("w"), stderr=subprocess.STDOUT)

    def tell(self, replicas):
        fresh = self.endpoints.with_suffix(".new")
        fresh.write_text(json.dumps({"version_info": str(time.time_ns()), "resources": [{
            "@type": "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment", "cluster_name": "martlet",
            "endpoints": [{"lb_endpoints": [
                {"endpoint": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": r.port}}}} for r in replicas]}]}]}))
        fresh.rename(self.endpoints)

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


class Nginx:
    def __init__(self, replicas):
        self.port = free_port()
        self.configuration = work / "nginx.conf"
        self.write(replicas)
        self.process = subprocess.Popen(["nginx", "-c", self.configuration, "-p", work, "-g", "daemon off;"])

    def write(self, replicas):
        text = (ROOT / "deploy/proxies/nginx.conf").read_text()
        servers = "\n".join(f"        server 127.0.0.1:{r.port} max_fails=1 fail_timeout=1s;" for r in replicas)
        for key, value in {"PORT": f"127.0.0.1:{self.port}", "SERVERS": servers, "WORK": work}.items():
            text = text.replace("{{%s}}" % key, str(value))
        self.configuration.write_text(text)

    def tell(self, replicas):
        self.write(replicas)
        self.process.send_signal(signal.SIGHUP)

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


def load(*flags):
    process = subprocess.Popen(
        [sys.executable, ROOT / "deploy/try/load.py", "--target", f"127.0.0.1:{proxy.port}", "--channels", "8", "--rate", arguments.rate, *flags],
        stdout=subprocess.PIPE, text=True)
    time.sleep(3)
    return process


def ended(process):
    process.send_signal(signal.SIGTERM)
    return json.loads(process.communicate(timeout=60)[0])


findings = {}
replicas = [Replica() for _ in range(arguments.replicas)]
proxy = {"envoy": Envoy, "nginx": Nginx}[arguments.proxy](replicas)
time.sleep(3)
try:
    running = load()
    start = time.monotonic()
    for index in range(len(replicas)):
        fresh = Replica()
        old, replicas[index] = replicas[index], fresh
        proxy.tell(replicas)
        time.sleep(2)
        assert old.stop() == 0
        time.sleep(1)
    findings["rolling_update"] = ended(running) | {"update_s": round(time.monotonic() - start, 1)}
    print("rolling update:", json.dumps(findings["rolling_update"]), flush=True)

    for name, flags in (("kill_9", []), ("kill_9_with_retries", ["--retry"])):
        running = load(*flags)
        before = time.monotonic()
        replicas[0].process.kill()
        replicas[0].process.wait()
        replicas[0] = Replica()
        back = time.monotonic() - before
        proxy.tell(replicas)
        time.sleep(4)
        findings[name] = ended(running) | {"restarted_after_s": round(back, 2)}
        print(f"{name}:", json.dumps(findings[name]), flush=True)
        time.sleep(2)
    counts = [replica.answered() for replica in replicas]
    findings["answered_by_replica"] = counts
    print("answered by replica:", counts)
finally:
    proxy.stop()
    for replica in replicas:
        if replica.process.poll() is None:
            replica.stop()
if arguments.json:
    pathlib.Path(arguments.json).write_text(json.dumps(findings, indent=1))
shutil.rmtree(work)
sys.exit(findings["rolling_update"]["failed"] > 0 or findings["kill_9_with_retries"]["failed"] > 0)
