#!/usr/bin/env bash
# Real models against ONNX Runtime's answers. Models are fetched once into .corpus and checked by their sha256.
set -uo pipefail
cd "$(dirname "$0")/.."
.venv/bin/python Tests/corpus/fetch.py .corpus/models || exit 1
.venv/bin/python -W ignore Tests/corpus/make_cases.py .corpus/models .corpus/cases || exit 1
.venv/bin/python -W ignore Tests/corpus/make_quantised.py .corpus/models examples/models .corpus/cases/quantised || exit 1
exec .build/release/conformance .corpus/cases --list Tests/corpus/expected.txt "$@"
