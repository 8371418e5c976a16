#!/usr/bin/env bash
# The one release build that everything uses: programs, and the test bundles with --build-tests.
set -euo pipefail
cd "$(dirname "$0")/.."
exec swift build -c release --explicit-target-dependency-import-check error "$@"
