#!/usr/bin/env bash
# Makes .venv from the pinned requirements; does nothing when it is fresh.
set -euo pipefail
cd "$(dirname "$0")/.."
stamp=.venv/.requirements
if ! cmp -s Tests/requirements.txt "$stamp" 2>/dev/null; then
    python3 -m venv .venv
    .venv/bin/pip install --quiet --disable-pip-version-check -r Tests/requirements.txt
    cp Tests/requirements.txt "$stamp"
fi
