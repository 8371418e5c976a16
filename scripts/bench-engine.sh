#!/usr/bin/env bash
# The engine beside ONNX Runtime on the fetched models, at one thread and at two.
set -euo pipefail
cd "$(dirname "$0")/.."
.venv/bin/python Tests/corpus/fetch.py .corpus/models
mkdir -p .bench
for threads in ${THREADS:-1 2}; do
    .venv/bin/python bench/engine.py .corpus/models --threads "$threads" --markdown ".bench/engine-$threads.md" --svg ".bench/engine-$threads.svg" "$@"
done
