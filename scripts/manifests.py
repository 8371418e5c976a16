"""Renders and validates every manifest under deploy/, without a cluster.

Helm's own library renders the chart with the values below; Kubernetes' schemas, several versions, forbid unknown fields; KServe's field tables,
read from its package, do the same for its kinds; promtool runs the alerts; hadolint reads the Dockerfile. --write renews the Kustomize base, which is
the chart rendered with its defaults.
"""
import ast, json, pathlib, re, shutil, subprocess, sys

import helm_python
import jsonschema
import kubernetes_validate
import yaml
from helm_python.chart import Chart, lint

ROOT = pathlib.Path(__file__).resolve().parents[1]
CHART = ROOT / "deploy" / "helm" / "martlet"
BASE = ROOT / "deploy" / "kustomize" / "base"
VERSIONS = ["1.29", "1.32", "1.36"]
# What Kubernetes' own schemas do not know; checked by tables of their own below.
CUSTOM = {"monitoring.coreos.com/v1", "gateway.networking.k8s.io/v1", "serving.kserve.io/v1alpha1", "serving.kserve.io/v1beta1"}

VALUES = {
    "defaults": {},
    "autoscaled": {"autoscaling": {"enabled": True}, "monitoring": {"serviceMonitor": True, "rules": True}},
    "grpc probes, TLS, tokens": {
        "probes": {"readiness": "grpc"}, "tls": {"secret": "server-tls", "clientCASecret": "clients"}, "tokens": {"secret": "tokens"}},
    "models from a claim": {"models": {"source": "pvc", "pvc": "models", "controlMode": "poll"}},
    "models from a map": {
        "models": {"source": "configMap", "configMap": "models", "configMapItems": [{"key": "m", "path": "m/1/model.onnx"}]}},
    "models from a bucket": {
        "models": {"source": "url", "url": "s3://models/production", "credentialsSecret": "bucket", "controlMode": "poll"}},
    "routes": {
        "route": {"enabled": True, "hostnames": ["models.example.org"], "parentRefs": [{"name": "gateway"}]},
        "ingress": {"enabled": True, "host": "models.example.org", "tlsSecret": "models-tls"}},
    "scheduling": {
        "nodeSelector": {"kubernetes.io/arch": "amd64"}, "tolerations": [{"key": "models", "operator": "Exists"}], "serviceAccount": "martlet",
        "podAnnotations": {"a": "b"}, "imagePullSecrets": [{"name": "registry"}], "probes": {"readiness": "exec"}},
}
REFUSED = {
    "an unknown key": {"replica": 3},
    "an unknown source": {"models": {"source": "ftp"}},
    "a number as a name": {"tls": {"secret": 3}},
    "a negative drain": {"drain": {"seconds": -1}},
}

passed, failed, skipped = 0, 0, 0


def check(name, body):
    global passed, failed, skipped
    try:
        fault = body()
    except Exception as error:  # a broken manifest is a finding, whatever it breaks
        fault = f"{type(error).__name__}: {error}"
    if fault is SKIP:
        skipped += 1
        print(f"skipped: {name}")
    elif fault:
        failed += 1
        print(f"FAILED: {name}: {str(fault)[:500]}")
    else:
        passed += 1


SKIP = object()


def documents(text):
    return [document for document in yaml.safe_load_all(text) if document]


def render(values):
    with Chart.load(str(CHART)) as chart:
        chart.validate_schema(chart.merge_values(values))
        rendered = chart.render(values=values, name="martlet", namespace="default")
    return {pathlib.Path(path).name: text for path, text in rendered.items() if text.strip() and path.endswith(".yaml")}


ROUTE = {"parentRefs": [{"name": 0, "namespace": 0, "sectionName": 0, "port": 0, "kind": 0, "group": 0}], "hostnames": 0,
         "rules": [{"name": 0, "matches": 0, "filters": 0, "sessionPersistence": 0,
                    "backendRefs": [{"name": 0, "namespace": 0, "port": 0, "weight": 0, "kind": 0, "group": 0, "filters": 0}]}]}
MONITOR = {"selector": {"matchLabels": 0, "matchExpressions": 0}, "namespaceSelector": 0, "jobLabel": 0, "targetLabels": 0, "podTargetLabels": 0,
           "endpoints": [{"port": 0, "path": 0, "interval": 0, "scrapeTimeout": 0, "scheme": 0, "params": 0, "tlsConfig": 0,
                          "bearerTokenSecret": 0, "relabelings": 0, "metricRelabelings": 0, "honorLabels": 0}]}
RULE = {"record": 0, "alert": 0, "expr": 0, "for": 0, "keep_firing_for": 0, "labels": 0, "annotations": 0}
RULES = {"groups": [{"name": 0, "interval": 0, "limit": 0, "partial_response_strategy": 0, "rules": [RULE]}]}
TABLES = {"GRPCRoute": ROUTE, "ServiceMonitor": MONITOR, "PrometheusRule": RULES}


def unknown(value, table, path="spec"):
    if isinstance(table, list):
        for index, item in enumerate(value):
            yield from unknown(item, table[0], f"{path}[{index}]")
    elif isinstance(table, dict):
        for key, inner in value.items():
            if key not in table:
                yield f"{path}.{key}"
            else:
                yield from unknown(inner, table[key], f"{path}.{key}")


class KServe:
    """The fields of KServe's kinds, from the classes that its package generates out of the same definitions as the CRDs."""

    def __init__(self):
        import importlib.util
        package = pathlib.Path(importlib.util.find_spec("kserve").submodule_search_locations[0])
        self.kinds = {}
        for path in (package / "models").glob("*.py"):
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.ClassDef):
                    tables = {
                        statement.targets[0].id: ast.literal_eval(statement.value) for statement in node.body
                        if isinstance(statement, ast.Assign) and getattr(statement.targets[0], "id", "") in ("openapi_types", "attribute_map")}
                    if len(tables) == 2:
                        self.kinds[node.name] = {tables["attribute_map"][k]: t for k, t in tables["openapi_types"].items()}
        folder = pathlib.Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"
        core = json.loads((folder / f"v{VERSIONS[-1]}.0-local-strict" / "_definitions.json").read_text())
        self.core = core["$defs"]

    def faults(self, value, type_name, path):
        if match := re.fullmatch(r"list\[(.*)\]", type_name):
            if not isinstance(value, list):
                yield f"{path} is no list"
                return
            for index, item in enumerate(value):
                yield from self.faults(item, match[1], f"{path}[{index}]")
        elif type_name.startswith("dict("):
            if not isinstance(value, dict):
                yield f"{path} is no mapping"
        elif type_name in self.kinds:
            for key, inner in value.items():
                if key not in self.kinds[type_name]:
                    yield f"{path}.{key} is no field of {type_name}"
                else:
                    yield from self.faults(inner, self.kinds[type_name][key], f"{path}.{key}")
        elif type_name in ("str", "int", "bool", "float"):
            kinds = {"str": str, "int": int, "bool": bool, "float": (int, float)}[type_name]
            if not isinstance(value, kinds) or (type_name == "int" and isinstance(value, bool)):
                yield f"{path} is no {type_name}"
        elif type_name.startswith("V1"):
            schema = {"$ref": f"#/$defs/io.k8s.api.core.v1.{type_name[2:]}", "$defs": self.core}
            for error in jsonschema.Draft202012Validator(schema).iter_errors(value):
                yield f"{path}.{'.'.join(map(str, error.path))}: {error.message}"


KINDS = {"ServingRuntime": "V1alpha1ServingRuntime", "InferenceService": "V1beta1InferenceService"}


def validate(document):
    if document["apiVersion"] in CUSTOM:
        kind = document["kind"]
        if kind in KINDS:
            faults = list(KSERVE.faults({k: v for k, v in document.items() if k != "metadata"}, KINDS[kind], kind))
        else:
            faults = [f"unknown field {field}" for field in unknown(document["spec"], TABLES[kind])]
        return "; ".join(faults) or None
    for version in VERSIONS:
        kubernetes_validate.validate(document, version, strict=True)
    return None


def pods(document):
    if document["kind"] == "Deployment":
        yield document["spec"]["template"]["spec"]


def house_rules(text):
    """What a schema cannot say."""
    for document in documents(text):
        for pod in pods(document):
            container = pod["containers"][0]
            probes = [json.dumps({k: v for k, v in container[f"{p}Probe"].items() if k in ("httpGet", "tcpSocket", "grpc", "exec")})
                      for p in ("startup", "readiness", "liveness")]
            if len(set(probes)) != 3:
                return "the three probes do not ask three questions"
            pause = float(container["lifecycle"]["preStop"]["exec"]["command"][-1])
            settings = yaml.safe_load(next(d for d in documents(text) if d["kind"] == "ConfigMap")["data"]["martlet.yaml"])
            if pod["terminationGracePeriodSeconds"] < pause + float(settings["drain"].rstrip("s")) + 1:
                return "the grace period ends before the drain"
            security = container["securityContext"]
            if not security["readOnlyRootFilesystem"] or security["capabilities"]["drop"] != ["ALL"] or not pod["securityContext"]["runAsNonRoot"]:
                return "the container may do more than it needs"
    return None


def chart_checks():
    def linted():
        report = lint(str(CHART))
        return "; ".join(str(m) for m in report["messages"] if m["severity"] not in ("INFO", "info", 1)) or None
    check("helm lint", linted)
    for name, values in VALUES.items():
        rendered = {}
        check(f"chart, {name}: renders", lambda: rendered.update(render(values)))
        for file, text in sorted(rendered.items()):
            for document in documents(text):
                check(f"chart, {name}: {document['kind']} {document['metadata']['name']}", lambda: validate(document))
        check(f"chart, {name}: house rules", lambda: house_rules("\n---\n".join(rendered.values())))
    for name, values in REFUSED.items():
        def refused():
            try:
                render(values)
            except helm_python.errors.HelmError:
                return None
            return "was accepted"
        check(f"chart refuses {name}", refused)


HEAD = "# Rendered from deploy/helm/martlet with its default values: scripts/manifests.sh --write.\n"


def base_files():
    files = {name: HEAD + re.sub(r"^---\n# Source:.*\n", "", text.strip(), flags=re.M) + "\n" for name, text in render({}).items()}
    names = "".join(f"  - {name}\n" for name in sorted(files))
    files["kustomization.yaml"] = f"{HEAD}apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n{names}"
    return files


def kustomize_checks():
    def fresh():
        wanted = base_files()
        there = {path.name: path.read_text() for path in BASE.glob("*.yaml")}
        stale = sorted(name for name in wanted | there if wanted.get(name) != there.get(name))
        return f"not what the chart renders: {', '.join(stale)}: scripts/manifests.sh --write" if stale else None
    check("kustomize base is the chart", fresh)
    for folder in [BASE, *sorted((ROOT / "deploy/kustomize/overlays").iterdir())]:
        name = folder.relative_to(ROOT / "deploy")
        if not shutil.which("kubectl"):
            check(f"{name}: kubectl is not here", lambda: SKIP)
            continue
        built = subprocess.run(["kubectl", "kustomize", folder], capture_output=True, text=True)
        check(f"{name}: builds", lambda: built.stderr if built.returncode else None)
        for document in documents(built.stdout):
            check(f"{name}: {document['kind']} {document['metadata']['name']}", lambda: validate(document))
        if built.returncode == 0:
            check(f"{name}: house rules", lambda: house_rules(built.stdout))


def kserve_checks():
    for path in sorted((ROOT / "deploy/kserve").glob("*.yaml")):
        for document in documents(path.read_text()):
            check(f"{path.name}: {document['kind']}", lambda: validate(document))
            def sees():
                broken = json.loads(json.dumps(document))
                broken["spec"]["canaryTrafficPercents"] = 10
                return None if validate(broken) else "an unknown field was accepted"
            check(f"{path.name}: unknown fields are seen", sees)


def tool(name, *command, cwd=ROOT):
    def run():
        program = shutil.which(command[0]) or shutil.which(str(pathlib.Path(sys.executable).parent / command[0]))
        if not program:
            return SKIP
        done = subprocess.run([program, *command[1:]], capture_output=True, text=True, cwd=cwd)
        return done.stdout + done.stderr if done.returncode else None
    check(name, run)


def other_checks():
    tool("alert rules: promtool check", "promtool", "check", "rules", "deploy/helm/martlet/files/rules.yaml")
    tool("alert rules: promtool test", "promtool", "test", "rules", "deploy/monitoring/rules-test.yaml")
    for path in sorted((ROOT / "deploy/compose").glob("prometheus*.yaml")):
        tool(f"{path.name}: promtool check", "promtool", "check", "config", "--syntax-only", path)
    for path in sorted((ROOT / "deploy/compose").glob("alertmanager*.yaml")):
        tool(f"{path.name}: amtool check", "amtool", "check-config", path)
    # DL3006: bases are arguments; DL3008: versions are the base's snapshot's.
    tool("Dockerfile: hadolint", "hadolint", "--ignore", "DL3006", "--ignore", "DL3008", "Dockerfile")
    for path in sorted((ROOT / "deploy").rglob("*.yaml")):
        if "templates" not in path.parts:
            check(f"{path.relative_to(ROOT)} is YAML", lambda: documents(path.read_text()) and None)


if "--write" in sys.argv:
    BASE.mkdir(parents=True, exist_ok=True)
    for path in BASE.glob("*.yaml"):
        path.unlink()
    for name, text in base_files().items():
        (BASE / name).write_text(text)
    sys.exit()
KSERVE = KServe()
chart_checks()
kustomize_checks()
kserve_checks()
other_checks()
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(failed > 0)
