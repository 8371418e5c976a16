#!/usr/bin/env bash
# Every test, in the order that fails soonest; the last line sums what the suites counted.
set -uo pipefail
cd "$(dirname "$0")/.."

passed=0 failed=0 skipped=0
results=.build/test-results
mkdir -p "$results"

# suite NAME COMMAND…: runs one suite whose last line is "N passed, N failed, N skipped".
suite() {
    local name=$1 log line status=0
    shift
    log="$results/$name.log"
    printf '\n── %s\n' "$name"
    local start=$SECONDS
    "$@" 2>&1 | tee "$log" | tail -n 40
    status=${PIPESTATUS[0]}
    line=$(grep -aoE '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$log" | tail -n 1)
    if [ -n "$line" ]; then
        read -r p _ f _ s _ <<<"$(echo "$line" | tr -d ,)"
        passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
        [ "$status" -ne 0 ] && [ "$f" -eq 0 ] && failed=$((failed + 1))
    else
        echo "$name: no closing count (exit $status)"
        failed=$((failed + 1))
    fi
    echo "── $name: ${line:-died}, $((SECONDS - start)) s"
}

if ! scripts/build.sh --build-tests; then
    echo "the build failed"
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
fi
scripts/venv.sh || exit 1

suite swift scripts/test-swift.sh
suite sources scripts/test-sources.sh
suite manifests scripts/manifests.sh
suite kernels scripts/test-kernels.sh
suite conformance scripts/conformance.sh
suite trained scripts/trained-models.sh
suite corpus scripts/corpus.sh
suite rows scripts/rows.sh
suite mutations scripts/mutations.sh
suite acceptance scripts/acceptance.sh

echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
