#!/usr/bin/env bash
# From a trained model to traffic, step by step, each of which can stop it: roll-out.sh MODEL_DIR VERSION
#
#   gate      the candidate against what serves now, on golden requests and recorded traffic
#   build     an image of server and models; the build answers the golden requests once more
#   push      to the registry
#   canary    one replica of the new image beside the old ones, in the same Service; watched
#   deploy    the rest, a replica at a time
#   roll back by itself, when the canary or the roll-out does worse than it may
#
# What it is told, by environment: CHAMPION (folder of what serves now), GOLDEN, TRAFFIC, SLO (bounds, space between), SERVER (image of the server),
# REGISTRY, NAMESPACE, PROMETHEUS (its address; without one the canary is judged by its restarts and readiness alone), MAX_ERROR_SHARE, WATCH_SECONDS.
set -euo pipefail
model=${1:?the folder of a model repository or of one model} version=${2:?a version, such as 2026.11.1}
registry=${REGISTRY:?the registry and name of the image, such as registry.example.org/models/martlet}
martlet=${MARTLET:-martlet} kubectl=${KUBECTL:-kubectl} build=${BUILD:-buildah} namespace=${NAMESPACE:-default}
server=${SERVER:-localhost/martlet:latest} watch=${WATCH_SECONDS:-300} allowed=${MAX_ERROR_SHARE:-0.01} deployment=${DEPLOYMENT:-martlet}
image=$registry:$version
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
step() { printf '== %s\n' "$*"; }
k() { $kubectl -n "$namespace" "$@"; }

step "gate"
arguments=("$model" --markdown "${REPORT:-$work/gate.md}" --json "${REPORT_JSON:-$work/gate.json}")
[ -z "${CHAMPION:-}" ] || arguments+=(--champion "$CHAMPION")
for path in ${GOLDEN:-}; do arguments+=(--golden "$path"); done
for path in ${TRAFFIC:-}; do arguments+=(--traffic "$path"); done
for bound in ${SLO:-}; do arguments+=(--slo "$bound"); done
$martlet gate "${arguments[@]}"

step "build $image"
$martlet package "$model" -o "$work/context" --image "$server"
case $build in
    buildah) buildah build --quiet --isolation "${ISOLATION:-chroot}" --format docker --build-arg "MODEL_VERSION=$version" -t "$image" "$work/context" ;;
    *) "$build" build --quiet --build-arg "MODEL_VERSION=$version" -t "$image" "$work/context" ;;
esac

step "push"
${PUSH:-$build push --quiet} "$image"

step "canary: one replica for $watch s"
before=$(k get deployment "$deployment" -o jsonpath='{.spec.template.spec.containers[0].image}')
k get deployment "$deployment" -o json | python3 -c '
import json, sys
name, image = sys.argv[1:]
d = json.load(sys.stdin)
labels = d["spec"]["template"]["metadata"]["labels"]
labels["martlet.dev/track"] = "canary"
d["metadata"] = {"name": name, "labels": labels}
# A selector of its own: the Service selects fewer labels, and so both.
d["spec"]["selector"]["matchLabels"] = {**d["spec"]["selector"]["matchLabels"], "martlet.dev/track": "canary"}
d["spec"]["replicas"] = 1
d["spec"]["template"]["spec"]["containers"][0]["image"] = image
d.pop("status", None)
json.dump(d, sys.stdout)' "$deployment-canary" "$image" >"$work/canary.json"
end_canary() { k delete deployment "$deployment-canary" --wait=true >/dev/null 2>&1 || true; }
fail() {
    step "rolled back: $1"
    end_canary
    exit 1
}
k apply -f "$work/canary.json" >/dev/null
k rollout status "deployment/$deployment-canary" --timeout="${READY_SECONDS:-300}s" >/dev/null || fail "the canary did not get ready"
share() { # failures over requests of the canary's pods in the last minutes
    curl -fsS --get "$PROMETHEUS/api/v1/query" --data-urlencode \
        "query=sum(rate(martlet_request_failures_total{pod=~\"$deployment-canary-.*\"}[1m])) / sum(rate(martlet_requests_total{pod=~\"$deployment-canary-.*\"}[1m]))" |
        python3 -c 'import json, sys; r = json.load(sys.stdin)["data"]["result"]; print(r[0]["value"][1] if r else "nan")'
}
for ((second = 0; second < watch; second += 5)); do
    sleep 5
    restarts=$(k get pods -l martlet.dev/track=canary -o jsonpath='{.items[*].status.containerStatuses[*].restartCount}')
    ready=$(k get deployment "$deployment-canary" -o jsonpath='{.status.readyReplicas}')
    [ "${restarts:-0}" = 0 ] || fail "the canary was restarted"
    [ "${ready:-0}" = 1 ] || fail "the canary is not ready any more"
    if [ -n "${PROMETHEUS:-}" ]; then
        now=$(share)
        python3 -c 'import sys; sys.exit(float(sys.argv[1]) > float(sys.argv[2]))' "$now" "$allowed" || fail "the canary fails $now of its requests, $allowed is allowed"
    fi
done

step "deploy"
k set image "deployment/$deployment" "martlet=$image" >/dev/null
if ! k rollout status "deployment/$deployment" --timeout="${ROLLOUT_SECONDS:-600}s" >/dev/null; then
    k rollout undo "deployment/$deployment" >/dev/null
    k rollout status "deployment/$deployment" >/dev/null
    fail "the roll-out did not end; $before serves again"
fi
end_canary
step "$image serves"
