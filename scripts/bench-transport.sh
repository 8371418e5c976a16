#!/usr/bin/env bash
# The gRPC port beside nghttpd and C++ gRPC, in plain text and under TLS, and what idle connections and calls take.
# Options go to the comparison, as in `scripts/bench-transport.sh --rounds 5 --seconds 4`.
set -euo pipefail
cd "$(dirname "$0")/.."
swift build -c release --product transport-echo
swift build -c release --product transport-allocations
python3 bench/transport/bench.py "$@"
python3 bench/transport/bench.py --idle 10000
.build/release/transport-allocations
