#!/usr/bin/env bash
# fuzz.sh [SECONDS [TARGET…]]: builds the fuzz targets and runs each, or those named, for SECONDS (20) from its seed corpus.
#
# What a target dies of stays in .build-fuzz/findings, to be given to it again as its argument. What it finds new stays in
# .build-fuzz/grown, and is where the next run goes on. Needs the release build with its tests.
set -uo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-20}
shift
[ $# -gt 0 ] || set -- $(cd fuzz && basename -s .swift ./*.swift)
passed=0 failed=0
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0

mkdir -p .build-fuzz/findings
started=$SECONDS
if ! fuzz/build.sh "$@" >.build-fuzz/build.log 2>&1; then
    tail -n 20 .build-fuzz/build.log
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
fi
echo "built in $((SECONDS - started)) s"

# run TARGET: one, to its log; the targets of a family share their seeds.
run() {
    local target=$1 seeds=fuzz/corpus/$1 grown=.build-fuzz/grown/$1
    [ -d "$seeds" ] || seeds=fuzz/corpus/${target%%_*}
    mkdir -p "$grown"
    .build-fuzz/"$target" -max_total_time="$seconds" -rss_limit_mb=2048 -malloc_limit_mb=1024 -timeout=20 -print_final_stats=1 \
        -artifact_prefix=".build-fuzz/findings/$target-" "$grown" "$seeds" >".build-fuzz/$target.log" 2>&1
    echo $? >".build-fuzz/$target.status"
}

# Two at a time: a fuzzer keeps one processor busy.
for target in "$@"; do
    while [ "$(jobs -rp | wc -l)" -ge 2 ]; do wait -n; done
    run "$target" &
done
wait
for target in "$@"; do
    log=.build-fuzz/$target.log
    runs=$(grep -a 'number_of_executed_units' "$log" | grep -o '[0-9]*$')
    if [ "$(cat ".build-fuzz/$target.status")" -eq 0 ] && [ "${runs:-0}" -gt 0 ]; then
        passed=$((passed + 1))
        echo "$target: $runs executions, $(grep -a -o 'cov: [0-9]*' "$log" | tail -n 1)"
    else
        failed=$((failed + 1))
        echo "$target: died"
        tail -n 30 "$log"
    fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
