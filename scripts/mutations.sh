#!/usr/bin/env bash
# Broken forms of every model of the suites before it, 50 each: whatever is wrong with a file, loading or running it comes back.
set -uo pipefail
cd "$(dirname "$0")/.."
passed=0 failed=0 skipped=0
for cases in .corpus/conformance .corpus/conformance-1.14.1 .corpus/trained-ml .corpus/trained-native; do
    line=$(.build/release/conformance "$cases" --mutate 50 --seed "${SEED:-1}" | tee /dev/stderr | tail -n 1)
    read -r p _ f _ s _ <<<"$(echo "$line" | tr -d ,)"
    passed=$((passed + ${p:-0})) failed=$((failed + ${f:-1})) skipped=$((skipped + ${s:-0}))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
