#!/usr/bin/env bash
# Makes .venv from the pinned requirements; does nothing when it is fresh.
set -euo pipefail
cd "$(dirname "$0")/.."
stamp=.venv/.requirements
if ! cat Tests/requirements.txt Tests/requirements-alone.txt | cmp -s - "$stamp" 2>/dev/null; then
    python3 -m venv .venv
    .venv/bin/pip install --quiet --disable-pip-version-check -r Tests/requirements.txt
    .venv/bin/pip install --quiet --disable-pip-version-check --no-deps -r Tests/requirements-alone.txt
    cat Tests/requirements.txt Tests/requirements-alone.txt > "$stamp"
fi
