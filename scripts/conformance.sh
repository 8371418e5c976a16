#!/usr/bin/env bash
# The ONNX backend test cases, against the list of those not expected to pass.
set -uo pipefail
cd "$(dirname "$0")/.."
cases=.corpus/conformance
if [ ! -f "$cases/.complete" ]; then
    rm -rf "$cases"
    .venv/bin/python -W ignore Tests/conformance/export_cases.py "$cases" || exit 1
    touch "$cases/.complete"
fi
exec .build/release/conformance "$cases" --list Tests/conformance/expected.txt "$@"
