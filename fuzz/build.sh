#!/usr/bin/env bash
# Builds the fuzz targets under libFuzzer and the address sanitizer, to .build-fuzz/<name>.
#
# SwiftPM compiles the modules with coverage; the targets are linked by hand, since libFuzzer brings a main of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=.build-fuzz
export SWIFT_BACKTRACE=enable=no
for target in WireTestSupport GRPC Serving; do
    swift build --scratch-path "$scratch" --target "$target" -Xswiftc -sanitize=fuzzer,address -Xswiftc -O
done
bin=$(swift build --scratch-path "$scratch" --show-bin-path)
objects=$(find "$bin" -path '*.build/*' -name '*.o' ! -path '*Tests.build*' ! -path '*tool.build*' ! -path '*Macros*')
package=$(basename "$PWD" | tr '[:upper:]' '[:lower:]')
for source in fuzz/*.swift; do
    target=$(basename "$source" .swift)
    swiftc -parse-as-library -sanitize=fuzzer,address -O -swift-version 6 -package-name "$package" \
        -I "$bin/Modules" -I Sources/CNghttp2 -I Sources/CMalloc -I Sources/CZlib -I Sources/CProtobufC -I Sources/CYaml \
        "$source" $objects -lnghttp2 -lz -lprotobuf-c -lyaml -lstdc++ -o "$scratch/$target"
done
