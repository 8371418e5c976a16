#!/usr/bin/env bash
# Triton's load generator, from the last wheel whose binary runs on Debian 12, into .build/perf_analyzer once.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=.build/perf_analyzer
[ -x "$folder/perf_analyzer" ] && exit 0
fetched=$(mktemp -d)
trap 'rm -rf "$fetched"' EXIT
.venv/bin/pip download --quiet --disable-pip-version-check --no-deps --dest "$fetched" tritonclient==2.51.0 nvidia-cuda-runtime-cu12==12.9.79
mkdir -p "$folder"
for wheel in "$fetched"/*.whl; do .venv/bin/python -m zipfile -e "$wheel" "$fetched/$(basename "$wheel").d"; done
find "$fetched" -name 'libcudart.so*' -exec cp {} "$folder/" \;
binary=$(find "$fetched" -name perf_analyzer -type f | head -1)
cp "$binary" "$folder/perf_analyzer.new"
chmod +x "$folder/perf_analyzer.new"
mv "$folder/perf_analyzer.new" "$folder/perf_analyzer"
