#!/usr/bin/env bash
# The kernel modules' objects, and the kernel tests as older processors would run them.
set -uo pipefail
cd "$(dirname "$0")/.."
passed=0 failed=0

check() {
    local name=$1
    shift
    if "$@"; then passed=$((passed + 1)); else
        echo "FAILED: $name"
        failed=$((failed + 1))
    fi
}

check "no symbol is shared between kernel modules" Tests/kernels-symbols.sh
if [ "$(uname -m)" = x86_64 ]; then
    check "kernels on older processors" Tests/kernels-qemu.sh
fi
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
