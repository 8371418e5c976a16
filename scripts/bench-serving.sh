#!/usr/bin/env bash
# The whole server over the wire, beside nghttpd: README's line under "How fast". Options go to bench/serving/bench.py.
set -euo pipefail
cd "$(dirname "$0")/.."
exec python3 bench/serving/bench.py "$@"
