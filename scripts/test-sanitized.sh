#!/usr/bin/env bash
# test-sanitized.sh address|thread: the Swift suites under a sanitizer, in a debug build of their own (.build-asan, .build-tsan).
# Options after it go to swift test, such as --filter GRPCTests.
set -uo pipefail
cd "$(dirname "$0")/.."
kind=${1:?address or thread}
shift
scratch=.build-${kind:0:1}san
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0
swift build --build-tests --sanitize="$kind" --scratch-path "$scratch" || exit 1
run=(swift test --skip-build --sanitize="$kind" --scratch-path "$scratch" --disable-xctest "$@")
if [ "$kind" = thread ]; then
    # Without it every contended lock of Swift's is a false alarm.
    library=$PWD/$scratch/libmutex.so
    clang -O1 -shared -fPIC Tests/sanitizers/mutex.c -o "$library" || exit 1
    run=(env LD_PRELOAD="$library" "${run[@]}")
fi
exec "${run[@]}"
