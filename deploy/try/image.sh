#!/usr/bin/env bash
# The image, run as it will be: read-only, without any capability, as nobody. Started, probed, asked by tritonclient, stopped with a drain; then the
# rendered Deployment in podman, with its settings and probes. Needs docker, podman, buildah and runc.
set -uo pipefail
cd "$(dirname "$0")/../.."
image=${IMAGE:-localhost/martlet-examples:1} python=${PYTHON:-.venv/bin/python}
podman=(podman --runtime runc)
faults=0
work=$(mktemp -d)
# Machines that cap open files below podman's wish refuse it.
printf '[containers]\ndefault_ulimits = ["nofile=%s:%s", "nproc=%s:%s"]\n[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n' "$(ulimit -Hn)" "$(ulimit -Hn)" "$(ulimit -Hu)" "$(ulimit -Hu)" >"$work/containers.conf"
export CONTAINERS_CONF=$work/containers.conf
expect() { local what=$1; shift; if "$@"; then echo "good: $what"; else echo "BAD: $what"; faults=$((faults + 1)); fi; }
drained() { [ "$1" = 0 ] && grep -q '"\?unanswered"\?[=:] \?"\?0' "$work/log"; }

if [ -z "${IMAGE:-}" ]; then
    scripts/image.sh
    .build/release/martlet package examples/models -o "$work/context" >/dev/null
    buildah build --quiet --isolation chroot --format docker -t "$image" "$work/context" >/dev/null
fi
buildah inspect --type image --format '{{.Docker.Config.User}} {{.Docker.Config.Healthcheck.Test}}' "$image"
engine=${ENGINE:-docker}
[ "$engine" = docker ] && { rm -f "$work/image.tar"; buildah push --quiet "$image" "docker-archive:$work/image.tar:$image" >/dev/null; docker load -q -i "$work/image.tar"; }
start=$(date +%s%N)
"$engine" run -d --name martlet-try --network host --read-only --tmpfs /tmp --cap-drop all --security-opt no-new-privileges --memory 256m \
    "$image" serve --model-repository /models >/dev/null
for _ in $(seq 200); do "$engine" exec martlet-try /usr/local/bin/martlet status --probe 2>/dev/null && break; sleep 0.05; done
echo "ready after $((($(date +%s%N) - start) / 1000000)) ms, container and probe included"
expect "no shell in it" bash -c "! $engine exec martlet-try /bin/sh -c true 2>/dev/null"
expect "read-only" bash -c "! $engine exec martlet-try /usr/local/bin/martlet package /models -o /x 2>/dev/null >/dev/null"
"$python" deploy/try/load.py --target 127.0.0.1:8001 --rate 200 --seconds 8 >"$work/load"
cat "$work/load"
expect "HEALTHCHECK" [ "$("$engine" inspect -f '{{.State.Health.Status}}' martlet-try)" = healthy ]
expect "tritonclient's requests are answered" grep -q '"failed": 0' "$work/load"
"$engine" stop -t 30 martlet-try >/dev/null
"$engine" logs martlet-try >"$work/log" 2>&1
expect "stopped with a drain" drained "$("$engine" inspect -f '{{.State.ExitCode}}' martlet-try)"
"$engine" rm martlet-try >/dev/null
"$engine" run --rm "$image" --version

echo "== podman kube play"
"$python" deploy/try/render.py --image "$image" --values '{"replicas": 1}' | "$python" -c '
import sys, yaml
kept = [d for d in yaml.safe_load_all(sys.stdin) if d and d["kind"] in ("ConfigMap", "Deployment")]
pod = next(d for d in kept if d["kind"] == "Deployment")["spec"]["template"]["spec"]
pod["hostNetwork"] = True
container = pod["containers"][0]
# What podman 4.3 has no word for.
pod.pop("topologySpreadConstraints", None), pod.pop("securityContext", None), container.pop("startupProbe", None), container.pop("lifecycle", None)
for volume in pod["volumes"]:
    if "emptyDir" in volume: volume["emptyDir"] = {}
container.pop("ports", None)
# It runs exec probes, and names of ports are not resolved.
container["readinessProbe"] = container["livenessProbe"] = {"exec": {"command": ["/usr/local/bin/martlet", "status", "--probe"]}, "periodSeconds": 2}
container["securityContext"].update(runAsUser=65532, runAsGroup=65532)
yaml.safe_dump_all(kept, sys.stdout)' >"$work/play.yaml"
expect "played" "${podman[@]}" kube play --network host "$work/play.yaml"
for _ in $(seq 100); do "$python" -c 'import urllib.request as u; u.urlopen("http://127.0.0.1:8000/v2/health/ready")' 2>/dev/null && break; sleep 0.1; done
"$python" deploy/try/load.py --target 127.0.0.1:8001 --rate 100 --seconds 3 >"$work/load"
cat "$work/load"
expect "the played pod answers" grep -q '"failed": 0' "$work/load"
container=$("${podman[@]}" ps --format '{{.Names}}' | grep -- '-martlet$' | head -n 1)
expect "its liveness probe" "${podman[@]}" healthcheck run "$container"
"${podman[@]}" kube down "$work/play.yaml" >/dev/null 2>&1
rm -rf "$work"
echo "$faults bad"
[ "$faults" -eq 0 ]
