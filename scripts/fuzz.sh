#!/usr/bin/env bash
# Builds the fuzz targets and runs each for SECONDS (default 20) from its seed corpus.
set -uo pipefail
cd "$(dirname "$0")/.."
seconds=${SECONDS_EACH:-20}
passed=0 failed=0
export SWIFT_BACKTRACE=enable=no

if ! fuzz/build.sh >.build/fuzz-build.log 2>&1; then
    tail -n 20 .build/fuzz-build.log
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
fi
for source in fuzz/*.swift; do
    target=$(basename "$source" .swift)
    work=$(mktemp -d)
    mkdir -p "fuzz/corpus/$target"
    if .build-fuzz/"$target" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 \
        -artifact_prefix="$work/" "$work" "fuzz/corpus/$target" >"$work/log" 2>&1; then
        passed=$((passed + 1))
        echo "$target: $(grep -a 'number_of_executed_units' "$work/log" | grep -o '[0-9]*$') executions"
    else
        failed=$((failed + 1))
        tail -n 30 "$work/log"
        ls "$work"
    fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
