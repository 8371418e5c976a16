#!/usr/bin/env bash
# The Swift suites, from the release build that is already there; what measures the process runs in one of its own.
set -uo pipefail
cd "$(dirname "$0")/.."
results=.build/test-results
alone='memory over many loads'
mkdir -p "$results"
rm -f "$results"/swift-*.xml
status=0
run() { # NAME ARGUMENT…
    local report="$results/swift-$1.xml"
    shift
    SWIFT_BACKTRACE=enable=no swift test -c release --skip-build --disable-xctest --xunit-output "$report" "$@" || status=$?
}
run together --skip "$alone"
run alone --filter "$alone"
python3 - "$status" "$results"/swift-*.xml <<'PY'
import sys, xml.etree.ElementTree as xml
status = int(sys.argv[1])
tests = failures = skipped = 0
for path in sys.argv[2:]:
    for suite in xml.parse(path).iter("testsuite"):
        tests += int(suite.get("tests", 0))
        failures += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped += int(suite.get("skipped", 0))
if status and not failures:
    failures = 1
print(f"{max(0, tests - failures - skipped)} passed, {failures} failed, {skipped} skipped")
PY
exit $status
