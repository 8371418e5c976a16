#!/usr/bin/env bash
# Clients that nobody here wrote, against the release build.
set -uo pipefail
cd "$(dirname "$0")/.."
exec .venv/bin/python -m pytest -q -p no:cacheprovider Tests/acceptance "$@"
