#!/usr/bin/env bash
# The engine beside ONNX Runtime, at one thread and at two: the fetched models, then trees and linear models by batch size.
set -euo pipefail
cd "$(dirname "$0")/.."
.venv/bin/python Tests/corpus/fetch.py .corpus/models
.venv/bin/python -W ignore bench/make_models.py .bench/models
for threads in ${THREADS:-1 2}; do
    .venv/bin/python bench/engine.py .corpus/models --threads "$threads" --markdown ".bench/engine-$threads.md" --svg ".bench/engine-$threads.svg" "$@"
    .venv/bin/python bench/engine.py .bench/models --batches 1,32,1024 --threads "$threads" \
        --markdown ".bench/tables-$threads.md" --svg ".bench/tables-$threads.svg" "$@"
done
