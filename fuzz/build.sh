#!/usr/bin/env bash
# Builds the fuzz targets under libFuzzer and the address sanitizer, to .build-fuzz/<name>.
#
# SwiftPM compiles the modules with coverage; the targets are linked by hand, since libFuzzer brings a main of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=.build-fuzz
export SWIFT_BACKTRACE=enable=no
swift build --scratch-path "$scratch" --target WireTestSupport -Xswiftc -sanitize=fuzzer,address -Xswiftc -O
swift build --scratch-path "$scratch" --target GRPC -Xswiftc -sanitize=fuzzer,address -Xswiftc -O
swift build --scratch-path "$scratch" --target JSON -Xswiftc -sanitize=fuzzer,address -Xswiftc -O
swift build --scratch-path "$scratch" --target Engine -Xswiftc -sanitize=fuzzer,address -Xswiftc -O
bin=$(swift build --scratch-path "$scratch" --show-bin-path)
objects=$(find "$bin" -path '*.build/*' -name '*.o' ! -path '*Tests.build*' ! -path '*tool.build*' ! -path '*Macros*')
for source in fuzz/*.swift; do
    target=$(basename "$source" .swift)
    swiftc -parse-as-library -sanitize=fuzzer,address -O -swift-version 6 -package-name "$(basename "$PWD")" \
        -I "$bin/Modules" -I Sources/CNghttp2 -I Sources/CZlib -I Sources/CProtobufC "$source" $objects \
        -lnghttp2 -lz -lprotobuf-c -o "$scratch/$target"
done
