#!/usr/bin/env bash
# Builds the fuzz targets under libFuzzer and the address sanitizer, to .build-fuzz/<name>.
#
# SwiftPM compiles the modules with coverage; the targets are linked by hand, since libFuzzer brings a main of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=.build-fuzz
export SWIFT_BACKTRACE=enable=no
for target in WireTestSupport GRPC JSON Serving; do
    swift build --scratch-path "$scratch" --target "$target" -Xswiftc -sanitize=fuzzer,address -Xswiftc -O
done
bin=$(swift build --scratch-path "$scratch" --show-bin-path)
package=$(basename "$PWD" | tr '[:upper:]' '[:lower:]')

# What SwiftPM tells the compiler of C modules, and does not tell us.
clang=()
while read -r map; do clang+=(-Xcc "-fmodule-map-file=$map"); done < <(
    find "$bin/" -maxdepth 2 -name module.modulemap
    find "$scratch"/checkouts/*/Sources/*/include -maxdepth 1 -name module.modulemap)
while read -r folder; do clang+=(-Xcc "-I$folder"); done < <(
    find "$scratch"/checkouts/*/Sources/*/ Sources/*/ -maxdepth 1 -name include -type d)

# One archive of all objects: names have spaces in them.
rm -f "$scratch/modules.a"
find "$bin/" -path '*.build/*' -name '*.o' ! -path '*Tests.build/*' ! -path '*-tool.build/*' ! -path '*Macros*' -print0 |
    xargs -0 ar qcS "$scratch/modules.a"
ranlib "$scratch/modules.a"
for source in fuzz/*.swift; do
    swiftc -parse-as-library -sanitize=fuzzer,address -O -swift-version 6 -package-name "$package" \
        -I "$bin/Modules" -I Sources/CNghttp2 -I Sources/CMalloc -I Sources/CZlib -I Sources/CProtobufC -I Sources/CYaml "${clang[@]}" \
        "$source" -Xlinker --whole-archive "$scratch/modules.a" -Xlinker --no-whole-archive \
        -lnghttp2 -lz -lprotobuf-c -lyaml -lstdc++ -o "$scratch/$(basename "$source" .swift)"
done
