#!/usr/bin/env bash
# Installs the Debian packages that the build and the tests need, those that are missing only.
set -euo pipefail

packages=(
    libnghttp2-dev libprotobuf-c-dev protobuf-c-compiler protobuf-compiler libyaml-dev zlib1g-dev pkg-config
    libturbojpeg0-dev libwebp-dev libopenjp2-7-dev
    make curl python3-venv nghttp2-client nghttp2-server qemu-user libb64-0d
    # What stands in front of the server in tests, and the Go client.
    # The alerts' rules.
    prometheus prometheus-alertmanager
    nginx-light haproxy nghttp2-proxy golang-go golang-google-grpc-dev protoc-gen-go-1-3
)
missing=()
for package in "${packages[@]}"; do
    [ "$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null)" = "install ok installed" ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

sudo=""
[ "$(id -u)" -eq 0 ] || sudo=sudo
echo "installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
$sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
