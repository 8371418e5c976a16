#!/usr/bin/env bash
# REST inference beside KServe's Python server, which is installed into .build/kserve once.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=.build/kserve
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check -r bench/rest/requirements.txt
exec .venv/bin/python bench/rest/bench.py --kserve-python "$venv/bin/python" --json .build/rest.json "$@"
