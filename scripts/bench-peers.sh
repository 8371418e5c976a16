#!/usr/bin/env bash
# The server beside its peers: installs what the peers need, runs them all, writes one report.
set -euo pipefail
cd "$(dirname "$0")/.."
# What the hand-written C++ server is built with; without it, its row says why.
if ! pkg-config --exists grpc++ || ! command -v grpc_cpp_plugin >/dev/null; then
    sudo=""
    [ "$(id -u)" -eq 0 ] || sudo=sudo
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libgrpc++-dev protobuf-compiler-grpc g++ >/dev/null || true
fi
.venv/bin/python Tests/corpus/fetch.py .corpus/models || echo "the corpus is not here: its models are left out" >&2
exec .venv/bin/python bench/peers/bench.py "$@"
