#!/usr/bin/env bash
# Models trained here: what scikit-learn, XGBoost and LightGBM export to ONNX, against ONNX Runtime's answers, and what the
# libraries save in their own formats, against their own.
set -uo pipefail
cd "$(dirname "$0")/.."
passed=0 failed=0 skipped=0
for kind in ml native; do
    cases=.corpus/trained-$kind
    if [ ! -f "$cases/.complete" ]; then
        rm -rf "$cases"
        .venv/bin/python -W ignore "Tests/conformance/make_${kind}_models.py" "$cases" || exit 1
        touch "$cases/.complete"
    fi
    line=$(.build/release/conformance "$cases" "$@" | tee /dev/stderr | tail -n 1)
    read -r p _ f _ s _ <<<"$(echo "$line" | tr -d ,)"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
