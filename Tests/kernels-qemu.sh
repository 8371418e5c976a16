#!/bin/sh
# Runs the kernel tests as older CPUs would, and checks that each gets its own table. An instruction that the emulated CPU
# lacks ends the run. Needs qemu-x86_64 (Debian: qemu-user).
#
# usage: Tests/kernels-qemu.sh [filter of test names, default KernelsTests]
set -eu
filter=${1:-KernelsTests}
command -v qemu-x86_64 >/dev/null || { echo "qemu-x86_64 is missing: apt install qemu-user"; exit 1; }
scripts/build.sh --build-tests >/dev/null
tests=$(ls .build/release/*PackageTests.xctest .build/release/*.xctest 2>/dev/null | head -1)
run() {
    echo "as $1, expecting $2"
    MARTLET_EXPECTED_ISA=$2 SWIFT_BACKTRACE=enable=no qemu-x86_64 -cpu "$1" "$tests" --testing-library swift-testing --filter "$filter"
}
# The emulator warns about features of its models that it cannot do; none of them is used here.
run Nehalem x86v2
run Haswell x86v3
