#!/usr/bin/env bash
# Everything under deploy/, rendered and validated without a cluster.
set -uo pipefail
cd "$(dirname "$0")/.."
exec .venv/bin/python scripts/manifests.py "$@"
