#!/usr/bin/env bash
# Builds gRPC's interop client for Go, to the path given. Needs golang-go, golang-google-grpc-dev and protoc-gen-go-1-3; the
# client itself is only in Debian's source package, which apt downloads.
set -euo pipefail
output=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The system's own package sources, asked for source packages; the system's lists are left alone.
mkdir -p "$work/lists/partial" "$work/sources"
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
    [ -f "$list" ] && sed -E 's/^Types:.*/Types: deb-src/; s/^deb /deb-src /' "$list" >"$work/sources/$(basename "$list")"
done
apt=(apt-get -qq -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$work/sources" -o "Dir::State::lists=$work/lists" -o APT::Sandbox::User=root)
"${apt[@]}" update
(cd "$work" && "${apt[@]}" source --download-only golang-google-grpc >/dev/null)
mkdir "$work/source"
tar xf "$work"/golang-google-grpc_*.orig.tar.* -C "$work/source" --strip-components 1

export GO111MODULE=off GOPATH=$work/go:/usr/share/gocode GOCACHE=$work/cache
module=$work/go/src/google.golang.org/grpc
mkdir -p "$module"
cp -r /usr/share/gocode/src/google.golang.org/grpc/. "$module/"
cp -r "$work/source/interop" "$work/source/testdata" "$work/source/cmd" "$module/"
# The generated code in the source is for a newer protobuf than Debian's.
go build -o "$work/bin/protoc-gen-go-grpc" google.golang.org/grpc/cmd/protoc-gen-go-grpc
(cd "$module/interop/grpc_testing" && rm -f ./*.pb.go &&
    PATH=$work/bin:$PATH protoc -I . --go_out=paths=source_relative:. --go-grpc_out=paths=source_relative:. test.proto)
go build -o "$output" google.golang.org/grpc/interop/client
