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
modules=(Engine Messages Gateway GRPC HTTP2 Serving KernelsX86V4 JSON YAML Tensors Kernels WireTestSupport)
[ "$(uname -m)" = x86_64 ] || modules=("${modules[@]/KernelsX86V4/KernelsPlain}")
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
for name in "$@"; do
    swiftc -parse-as-library -sanitize=fuzzer,address -O -swift-version 6 -I "$release/Modules" "${options[@]}" "fuzz/$name.swift" \
        -Xlinker --whole-archive "$scratch/modules.a" -Xlinker --no-whole-archive \
        -lnghttp2 -lz -lprotobuf-c -lyaml -lstdc++ -o "$scratch/$name"
done
