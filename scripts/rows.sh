#!/usr/bin/env bash
# Batch invariance, over every operator and every model of the suites before it: wherever the engine would let requests share a
# run, a row's answer has the same bits alone, among others, and on two threads.
set -uo pipefail
cd "$(dirname "$0")/.."
passed=0 failed=0 skipped=0
run() { # CASES LEAST
    local line
    line=$(.build/release/conformance "$1" --rows --at-least "$2" | tee /dev/stderr | tail -n 1)
    read -r p _ f _ s _ <<<"$(echo "$line" | tr -d ,)"
    passed=$((passed + ${p:-0})) failed=$((failed + ${f:-1})) skipped=$((skipped + ${s:-0}))
}
run .corpus/conformance 1400
run .corpus/conformance-1.14.1 650
run .corpus/trained-ml 110
run .corpus/trained-native 50
run .corpus/cases 18
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
