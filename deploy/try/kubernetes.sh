#!/usr/bin/env bash
# The chart on a real Kubernetes, and what it shows: install, roll-out under load, a bad roll-out and its end, probes, a killed server, an eviction,
# drain of a node, roll-back. Prints a line a finding; exit 1 when one is not as promised.
#
# KUBECTL is the command for the cluster (kubectl); REACH what goes before a command so that it reaches Services' addresses (nothing, or
# `nsenter --net=…`); IMAGE an image that the nodes have, with the example models in it (martlet package examples/models); NEXT another one.
set -uo pipefail
cd "$(dirname "$0")/../.."
kubectl=${KUBECTL:-kubectl} reach=${REACH:-} image=${IMAGE:-localhost/martlet-examples:1} next=${NEXT:-localhost/martlet-examples:2}
python=${PYTHON:-.venv/bin/python} namespace=martlet-try
work=$(mktemp -d)
faults=0
k() { $kubectl -n "$namespace" "$@"; }
say() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"; }
expect() { # WHAT, then a command
    local what=$1; shift
    if "$@"; then say "good: $what"; else say "BAD: $what"; faults=$((faults + 1)); fi
}
chart() { # IMAGE, then further values as a JSON object
    "$python" deploy/try/render.py --image "$1" --server-version "$($kubectl version -o json | "$python" -c 'import json,sys; v=json.load(sys.stdin)["serverVersion"]; print(v["major"]+"."+v["minor"].rstrip("+"))')" --values "${2:-{\}}" >"$work/manifests.yaml"
    k apply -f "$work/manifests.yaml" >"$work/apply.log" 2>&1 || { cat "$work/apply.log"; return 1; }
}
rolled() { k rollout status deployment/martlet --timeout="${1:-180s}" >/dev/null; }
load_begin() { $reach "$python" deploy/try/load.py --target "$address:8001" --channels 8 --rate 300 "$@" >"$work/load.json" 2>"$work/load.err" & load=$!; sleep 2; }
load_end() { kill "$load"; wait "$load"; cat "$work/load.json"; }
no_failure() { "$python" -c 'import json,sys; r=json.load(open(sys.argv[1])); sys.exit(r["failed"] > 0 or r["answered"] < 100)' "$work/load.json"; }
pod() { k get pods -l app.kubernetes.io/name=martlet --field-selector=status.phase=Running -o name | head -n 1; }

$kubectl create namespace "$namespace" >/dev/null 2>&1
say "install: three replicas"
start=$SECONDS
chart "$image" && expect "installed and ready" rolled
say "ready after $((SECONDS - start)) s"
address=$(k get service martlet -o jsonpath='{.spec.clusterIP}')

say "roll-out of another image under load"
load_begin
start=$SECONDS
chart "$next" && expect "rolled out" rolled
say "took $((SECONDS - start)) s"
sleep 3
load_end
expect "no request failed in the roll-out" no_failure

say "a roll-out that never gets ready: the old replicas keep serving"
load_begin
chart "$image" '{"server": {"settings": {"listenn": "0.0.0.0"}}}'
expect "it does not come up" bash -c "! $kubectl -n $namespace rollout status deployment/martlet --timeout=25s >/dev/null 2>&1"
k logs -l app.kubernetes.io/name=martlet --tail=1 --prefix 2>/dev/null | grep -i "listenn" | head -n 1
start=$SECONDS
k rollout undo deployment/martlet >/dev/null
expect "rolled back" rolled
say "roll-back took $((SECONDS - start)) s"
load_end
expect "no request failed" no_failure

say "a server that is killed: SIGKILL of one of three, clients with the retry policy"
load_begin --retry
victim=$(pod)
k delete "$victim" --grace-period=0 --force >/dev/null 2>&1
sleep 5
load_end
expect "retries hid it" no_failure
expect "replaced" rolled

say "eviction: the budget lets one go, not two"
names() { k get pods -l app.kubernetes.io/name=martlet -o jsonpath='{.items[*].metadata.name}'; }
evict() { $kubectl create --raw "/api/v1/namespaces/$namespace/pods/$1/eviction" -f - >/dev/null 2>&1 <<<"{\"apiVersion\": \"policy/v1beta1\", \"kind\": \"Eviction\", \"metadata\": {\"name\": \"$1\", \"namespace\": \"$namespace\"}}" ||
    $kubectl create --raw "/api/v1/namespaces/$namespace/pods/$1/eviction" -f - >/dev/null 2>&1 <<<"{\"apiVersion\": \"policy/v1\", \"kind\": \"Eviction\", \"metadata\": {\"name\": \"$1\", \"namespace\": \"$namespace\"}}"; }
load_begin
read -r first second _ <<<"$(names)"
expect "the first is evicted" evict "$first"
refused() { ! evict "$1"; }
expect "the second is not" refused "$second"
sleep 8
load_end
expect "no request failed" no_failure
rolled

nodes=$($kubectl get nodes -o name | wc -l)
node=$($kubectl get nodes -o jsonpath='{.items[0].metadata.name}')
say "drain of a node (of $nodes)"
load_begin
if [ "$nodes" -gt 1 ]; then
    expect "drained" $kubectl drain "$node" --ignore-daemonsets --delete-emptydir-data --timeout=120s
else
    # Nowhere to go: the budget must hold the last ones back.
    expect "one node: the budget holds the last replicas back" bash -c "! $kubectl drain $node --ignore-daemonsets --delete-emptydir-data --timeout=20s >/dev/null 2>&1"
fi
$kubectl uncordon "$node" >/dev/null
rolled
load_end
expect "no request failed" no_failure

say "scaled to one and back"
k scale deployment/martlet --replicas=1 >/dev/null && rolled
k scale deployment/martlet --replicas=3 >/dev/null && expect "three again" rolled
[ -n "${KEEP:-}" ] || $kubectl delete namespace "$namespace" --wait=false >/dev/null
rm -rf "$work"
say "$faults bad"
[ "$faults" -eq 0 ]
