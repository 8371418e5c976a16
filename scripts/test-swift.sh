#!/usr/bin/env bash
# The Swift suites, from the release build that is already there.
set -uo pipefail
cd "$(dirname "$0")/.."
report=.build/test-results/swift.xml
rm -f "${report%.xml}"*.xml
SWIFT_BACKTRACE=enable=no swift test -c release --skip-build --disable-xctest --xunit-output "$report"
status=$?
python3 - "$status" "${report%.xml}-swift-testing.xml" "$report" <<'PY'
import pathlib, sys, xml.etree.ElementTree as xml
status = int(sys.argv[1])
tests = failures = skipped = 0
for path in map(pathlib.Path, sys.argv[2:]):
    if path.exists():
        for suite in xml.parse(path).iter("testsuite"):
            tests += int(suite.get("tests", 0))
            failures += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped += int(suite.get("skipped", 0))
if status and not failures:
    failures = 1
print(f"{max(0, tests - failures - skipped)} passed, {failures} failed, {skipped} skipped")
PY
exit $status
