#!/usr/bin/env bash
# fuzz.sh [SECONDS [TARGET…]]: builds the fuzz targets and runs each, or those named, for SECONDS (20) from its seed corpus.
#
# What a target dies of stays in .build-fuzz/findings, to be given to it again as its argument.
set -uo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-20}
shift
[ $# -gt 0 ] || set -- $(cd fuzz && basename -s .swift ./*.swift)
passed=0 failed=0
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0

mkdir -p .build-fuzz/findings
if ! fuzz/build.sh >.build-fuzz/build.log 2>&1; then
    tail -n 20 .build-fuzz/build.log
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
fi
for target in "$@"; do
    work=$(mktemp -d)
    if .build-fuzz/"$target" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 \
        -artifact_prefix=".build-fuzz/findings/$target-" "$work" "fuzz/corpus/$target" >".build-fuzz/$target.log" 2>&1; then
        passed=$((passed + 1))
        echo "$target: $(grep -a 'number_of_executed_units' ".build-fuzz/$target.log" | grep -o '[0-9]*$') executions"
    else
        failed=$((failed + 1))
        echo "$target: died"
        tail -n 30 ".build-fuzz/$target.log"
    fi
    rm -rf "$work"
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
