#!/usr/bin/env bash
# Links the release build's objects once more, with Swift's runtime inside, for machines and images without Swift: static-link.sh [OUTPUT]
#
# The objects are those that the tests ran. Full Foundation, 45 MB with its Unicode tables, stays out: of it the server needs one name, which
# Hummingbird's form coders mention as a type that may be given to them, and which nobody here gives. That name is pointed at a type that is
# there anyway; were another one needed, the link would fail.
set -euo pipefail
cd "$(dirname "$0")/.."
output=${1:-.build/image/martlet}
release=$(readlink -f .build/release)
objects="$release/martlet.product/Objects.LinkFileList"
[ -f "$objects" ] || { echo "no release build: scripts/build.sh comes first" >&2; exit 1; }
mkdir -p "$(dirname "$output")"
# Debian's libraries as the package names them.
mapfile -t names < <(grep -o 'pkgConfig: "[^"]*"' Package.swift | cut -d'"' -f2)
read -ra libraries < <(pkg-config --libs "${names[@]}")

absent='$s10Foundation13DateFormatterCMn'
present='$s20FoundationEssentials11JSONDecoderCMn'
swiftc -static-stdlib -use-ld=gold -module-name martlet -emit-executable -o "$output.symbols" "@$objects" \
    -L "$release" "${libraries[@]}" -lz -lstdc++ \
    -Xlinker --start-group -lFoundationEssentials -l_FoundationCollections -l_FoundationCShims -Xlinker --end-group \
    -Xlinker --defsym -Xlinker main=martlet_main -Xlinker "--defsym=$absent=$present" \
    -Xlinker --gc-sections -Xlinker --icf=safe -Xlinker --build-id=none
if nm "$output.symbols" | grep -q ' swift_udat_open$'; then
    echo "full Foundation came in: something new uses it" >&2
    exit 1
fi
# With the names, for the symbolic backtraces of a crash; without, for the image.
strip -o "$output" "$output.symbols"
ls -l "$output" | awk '{printf "%s: %.1f MB\n", $NF, $5 / 1e6}'
