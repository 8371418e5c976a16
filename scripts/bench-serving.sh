#!/usr/bin/env bash
# Figures of the serving core, each beside what it is held to: bench-serving.sh [NAME…] of bench/serving/NAME.py; all without a name.
set -uo pipefail
cd "$(dirname "$0")/.."
names=("$@")
[ ${#names[@]} -gt 0 ] || names=(wire neighbour memory reloads drain slow_copy overload batcher metrics)
status=0
for name in "${names[@]}"; do
    .venv/bin/python "bench/serving/$name.py" || { echo "$name: not as it should be" >&2; status=1; }
done
exit $status
