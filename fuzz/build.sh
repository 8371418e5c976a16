#!/usr/bin/env bash
# Builds the fuzz targets, or those named, under libFuzzer and the address sanitizer, to .build-fuzz/NAME.
#
# It wants the release build with its tests to be there. Our own modules are compiled once more, with coverage; everything else is linked as
# the release build has it. The targets are linked by hand, since libFuzzer brings a main of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- $(cd fuzz && basename -s .swift ./*.swift)
release=$(readlink -f .build/release)
scratch=.build-fuzz
modules=(Engine Messages Gateway GRPC HTTP2 Serving KernelsX86V4 JSON YAML Images Tensors Kernels Text WireTestSupport)
[ "$(uname -m)" = x86_64 ] || modules=("${modules[@]/KernelsX86V4/KernelsPlain}")
# Those that this tree has.
mapfile -t modules < <(for name in "${modules[@]}"; do [ ! -d "Sources/$name" ] && [ ! -d "Tests/$name" ] || echo "$name"; done)
export SWIFT_BACKTRACE=enable=no

python3 fuzz/instrument.py .build/release.yaml "$scratch/modules" "${modules[@]}"

# What is linked besides: the modules of the library, and no program's or test's. Names have spaces in them.
left=$(printf '|%s' "${modules[@]}")
find "$release"/*.build -name '*.o' | grep -Ev "/(${left:1}|[^/]*Tests|[^/]*-tool|martlet|loadtest|LoadTesting|conformance|ensemblebench|kernelbench|interop-server|transport-[a-z]*|CAllocations|[^/]*Macros[^/]*|[^/]*Testing[^/]*|Console)\.build/" |
    sed 's/.*/"&"/' >"$scratch/objects"
find "$scratch/modules" -name '*.o' | sed 's/.*/"&"/' >>"$scratch/objects"
rm -f "$scratch/modules.a"
ar qcS "$scratch/modules.a" @"$scratch/objects"
ranlib "$scratch/modules.a"

# A module's own command says where C modules lie.
mapfile -t options < <(python3 fuzz/instrument.py --imports .build/release.yaml Gateway WireTestSupport)
mapfile -t names < <(grep -o 'pkgConfig: "[^"]*"' Package.swift | cut -d'"' -f2)
read -ra libraries < <(pkg-config --libs "${names[@]}")
link() {
    swiftc -parse-as-library -sanitize=fuzzer,address -O -swift-version 6 -I "$release/Modules" "${options[@]}" "fuzz/$1.swift" \
        -Xlinker --whole-archive "$scratch/modules.a" -Xlinker --no-whole-archive \
        "${libraries[@]}" -lz -lstdc++ -o "$scratch/$1"
}
running=()
for name in "$@"; do
    link "$name" &
    running+=($!)
    if [ ${#running[@]} -eq 2 ]; then
        wait "${running[0]}"
        running=("${running[@]:1}")
    fi
done
for process in "${running[@]}"; do wait "$process"; done
