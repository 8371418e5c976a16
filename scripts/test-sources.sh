#!/usr/bin/env bash
# Rules that the compiler does not check: generated code is fresh, the server keeps out full Foundation, floor plan holds.
set -uo pipefail
cd "$(dirname "$0")/.."
passed=0 failed=0

check() {
    local name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        echo "FAILED: $name"
        failed=$((failed + 1))
    fi
}

imports() { grep -rnE "^(public |package |internal )?import $1( |$)" "$2" --include='*.swift'; }
no_full_foundation() { ! imports 'Foundation' Sources; }
only_one_importer() { # MODULE ROOM: nobody but ROOM imports MODULE
    ! imports "$1" Sources | grep -v "^Sources/$2/"
}
isolated() { # ROOM FORBIDDEN…: ROOM imports none of FORBIDDEN
    local room=$1 module
    shift
    for module in "$@"; do ! imports "$module" "Sources/$room" || return 1; done
}
readme_is_short() { [ "$(wc -l <README.md)" -lt 300 ]; }
no_spaces_in_names() { [ -z "$(git ls-files | grep ' ')" ]; }

check "generated C is up to date with protos/" scripts/generate-protos.sh --check
check "no target imports full Foundation" no_full_foundation
check "only HTTP2 imports CNghttp2" only_one_importer CNghttp2 HTTP2
check "only Messages imports CProtobufC" only_one_importer CProtobufC Messages
check "only Messages imports CMessages" only_one_importer CMessages Messages
check "only YAML imports CYaml" only_one_importer CYaml YAML
for codec in CTurboJPEG CWebP COpenJPEG; do check "only Images imports $codec" only_one_importer $codec Images; done
check "Images imports no room" isolated Images Tensors Engine Kernels Messages HTTP2 GRPC Batching Monitoring Serving Gateway
check "YAML imports no room" isolated YAML Tensors Engine Kernels Messages HTTP2 GRPC Batching Monitoring Serving Gateway
check "JSON imports no room" isolated JSON Tensors Engine Kernels Messages HTTP2 GRPC Batching Monitoring Serving Gateway
check "Batching imports no room" isolated Batching Tensors Engine Kernels Messages HTTP2 GRPC Monitoring Serving Gateway
check "Monitoring imports no room" isolated Monitoring Tensors Engine Kernels Messages HTTP2 GRPC Batching Serving Gateway
check "Serving knows no protobuf and no sockets" isolated Serving Messages HTTP2 GRPC NIOCore NIOPosix
check "GRPC knows no inference" isolated GRPC Tensors Engine Kernels Serving Batching Gateway
check "HTTP2 knows no gRPC" isolated HTTP2 GRPC Messages Serving Gateway
check "Engine knows no serving" isolated Engine Serving Batching GRPC HTTP2 Gateway
check "README is a tour, under 300 lines" readme_is_short
check "no spaces in file names" no_spaces_in_names

unchecked=$(grep -rn '@unchecked Sendable' Sources loadtest --include='*.swift' | wc -l)
echo "@unchecked Sendable: $unchecked (may only fall)"
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
