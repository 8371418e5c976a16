#!/usr/bin/env bash
# Serves the example models, sends one real request, shows the answer, stops the server.
set -euo pipefail
cd "$(dirname "$0")/.."
martlet=.build/release/martlet
models=examples/models

log=$(mktemp)
"$martlet" serve --model-repository "$models" --grpc-port 0 --http-port 0 --metrics-port 0 >"$log" 2>"$log.err" &
server=$!
trap 'kill -TERM "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -f "$log" "$log.err"' EXIT

for _ in $(seq 200); do
    grep -q '^listening ' "$log" && break
    kill -0 "$server" 2>/dev/null || { cat "$log" "$log.err" >&2; exit 1; }
    sleep 0.05
done
target=$(sed -n 's/^listening grpc=\([^ ]*\).*/\1/p' "$log")
[ -n "$target" ] || { echo "the server did not say where it listens" >&2; cat "$log" "$log.err" >&2; exit 1; }

echo "Serving $models on $target"
echo
"$martlet" status --target "$target"
echo
echo "A hand-written digit, 8×8 pixels, asked of digits-mlp:"
echo
"$martlet" predict digits-mlp --target "$target" --input "pixels=@examples/digit.json"
cat <<NEXT

Keep it running:     $martlet serve --model-repository $models
then, from Python:   pip install 'tritonclient[grpc]'
                     tritonclient.grpc.InferenceServerClient("localhost:8001").get_model_metadata("digits-mlp")
from grpcurl:        grpcurl -plaintext -d '{"name": "digits-mlp"}' localhost:8001 inference.GRPCInferenceService/ModelMetadata
from curl:           curl --http2-prior-knowledge localhost:8001/v2/health/live
NEXT
