"""The compose file, started for real on an engine without a bridge: everything in the host's network, on its usual ports.

Waits for health, sends load, looks at targets, rules and the dashboard, kills the server so that it is started again and an alert fires, and
takes all of it down.
"""
import json, os, pathlib, subprocess, sys, time, urllib.parse, urllib.request

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "compose"
COMPOSE = os.environ.get("COMPOSE", "docker-compose").split()
file = FOLDER / ".host.yaml"

document = yaml.safe_load((FOLDER / "compose.yaml").read_text())
for service in document["services"].values():
    service.pop("ports", None)
    service["network_mode"] = "host"
document["services"]["martlet"]["command"] = ["serve", "--model-repository", "/models", "--log-format", "json"]
file.write_text(yaml.safe_dump(document))
environment = os.environ | {
    "PROMETHEUS_CONFIG": "prometheus.host.yaml", "PROMETHEUS_LISTEN": "127.0.0.1:9090", "ALERTMANAGER_LISTEN": "127.0.0.1:9093"}


def compose(*arguments, **options):
    return subprocess.run([*COMPOSE, "-f", file, "-p", "martlet", *arguments], env=environment, check=True, text=True, **options)


def get(url):
    return urllib.request.urlopen(url, timeout=5).read().decode()


def query(expression):
    result = json.loads(get("http://127.0.0.1:9090/api/v1/query?query=" + urllib.parse.quote(expression)))["data"]["result"]
    return float(result[0]["value"][1]) if result else None


def until(what, condition, seconds):
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        try:
            if condition():
                print(f"good: {what}, after {time.monotonic() - start:.1f} s", flush=True)
                return
        except (OSError, ValueError):
            pass
        time.sleep(0.5)
    raise SystemExit(f"BAD: {what}: not within {seconds} s")


try:
    start = time.monotonic()
    compose("up", "-d")
    print(f"up after {time.monotonic() - start:.1f} s, with the server's health waited for")
    until("Prometheus scrapes the server", lambda: query("up{job='martlet'}") == 1, 60)
    load = subprocess.Popen([sys.executable, ROOT / "deploy/try/load.py", "--target", "127.0.0.1:8001", "--rate", "100"], stdout=subprocess.PIPE, text=True)
    until("requests are counted", lambda: (query("sum(rate(martlet_requests_total[30s]))") or 0) > 50, 60)
    until("the dashboard shows the model", lambda: "cancer-forest" in get("http://127.0.0.1:9090/consoles/martlet.html"), 30)
    rules = json.loads(get("http://127.0.0.1:9090/api/v1/rules"))["data"]["groups"]
    print("rules:", ", ".join(f"{r['name']} {r['health']}" for g in rules for r in g["rules"]))
    load.terminate()
    print("load:", load.communicate(timeout=30)[0].strip())
    compose("stop", "martlet")
    until("the server's end is an alert on Alertmanager",
          lambda: any(a["labels"]["alertname"] == "MartletDown" for a in json.loads(get("http://127.0.0.1:9093/api/v2/alerts"))), 150)
    compose("start", "martlet")
    until("the server is scraped again", lambda: query("up{job='martlet'}") == 1, 60)
finally:
    compose("down", "-v")
    file.unlink()
