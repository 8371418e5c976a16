#!/usr/bin/env bash
# The ONNX backend test cases of the present release, and the node cases of an old one for its operator versions, against the
# lists of those not expected to pass.
set -uo pipefail
cd "$(dirname "$0")/.."
old=1.14.1
present=.corpus/conformance past=.corpus/conformance-$old
if [ ! -f "$present/.complete" ]; then
    rm -rf "$present"
    .venv/bin/python -W ignore Tests/conformance/export_cases.py "$present" || exit 1
    touch "$present/.complete"
fi
if [ ! -f "$past/.complete" ]; then
    rm -rf "$past" .corpus/wheel
    .venv/bin/pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest .corpus/wheel "onnx==$old" || exit 1
    .venv/bin/python -m zipfile -e .corpus/wheel/onnx-*.whl .corpus/wheel/onnx || exit 1
    .venv/bin/python -W ignore Tests/conformance/export_cases.py "$past" \
        --node-data .corpus/wheel/onnx/onnx/backend/test/data/node || exit 1
    rm -rf .corpus/wheel
    touch "$past/.complete"
fi
passed=0 failed=0 skipped=0
run() {
    local line
    line=$(.build/release/conformance "$@" | tee /dev/stderr | tail -n 1)
    read -r p _ f _ s _ <<<"$(echo "$line" | tr -d ,)"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}
run "$past" --list Tests/conformance/expected-1.14.txt "$@"
run "$present" --list Tests/conformance/expected.txt "$@"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
