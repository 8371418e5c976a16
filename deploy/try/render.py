"""The chart's objects on standard output, for clusters older than the chart's default too."""
import argparse, json, pathlib, re

from helm_python.chart import Chart

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--image", required=True)
options.add_argument("--server-version", default="1.32")
options.add_argument("--values", default="{}", help="further values, a JSON object")
arguments = options.parse_args()

repository, _, tag = arguments.image.rpartition(":")
values = {"replicas": 3, "image": {"repository": repository, "tag": tag, "pullPolicy": "Never"},
          "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"cpu": "1", "memory": "512Mi"}},
          "drain": {"preStopSeconds": 3, "seconds": 20}}
values.update(json.loads(arguments.values))
chart = pathlib.Path(__file__).resolve().parents[1] / "helm" / "martlet"
with Chart.load(str(chart)) as loaded:
    rendered = loaded.render(values=values, name="martlet", namespace="martlet-try")
text = "\n---\n".join(text for path, text in rendered.items() if path.endswith(".yaml") and text.strip())
if tuple(map(int, arguments.server_version.split("."))) < (1, 21):
    text = re.sub(r"policy/v1$", "policy/v1beta1", text, flags=re.M)
    text = re.sub(r"autoscaling/v2$", "autoscaling/v2beta2", text, flags=re.M)
print(text)
