#!/usr/bin/env bash
# The container image of the release build, and its size: image.sh [--tag NAME] [--verify] [--archive FILE]
#
# Takes buildah, or TOOL=docker or podman. The base is RUNTIME_BASE; when that is not given and cannot be found, a Debian is made on the spot by
# mmdebstrap. With --verify it is built twice, and program and layer must be
# the same, byte for byte (buildah only: the others stamp their layers with the time).
# What differs in any case is two fields of the configuration, the builder's container and its host name. With --archive the image is written to a file that `docker load` and `ctr images import` read.
set -euo pipefail
cd "$(dirname "$0")/.."
tag=localhost/martlet:latest verify="" archive=""
while [ $# -gt 0 ]; do
    case $1 in
        --tag) tag=$2; shift 2 ;;
        --verify) verify=yes; shift ;;
        --archive) archive=$2; shift 2 ;;
        *) echo "image.sh: unknown option '$1'" >&2; exit 2 ;;
    esac
done
work=$PWD/.build/image
limit_mb=60
tool=${TOOL:-}
[ -n "$tool" ] || { command -v buildah >/dev/null && tool=buildah || tool=docker; }
command -v "$tool" >/dev/null || { echo "image.sh: neither buildah nor docker is here: apt-get install buildah runc mmdebstrap" >&2; exit 1; }
version=$(sed -n 's/.*martletVersion = "\(.*\)".*/\1/p' Sources/Gateway/Version.swift)
revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
mkdir -p "$work"

# Another list makes another base.
libraries=$(sed -n 's/^ARG LIBRARIES="\(.*\)"$/\1/p' Dockerfile)
list=$(cksum <<<"$libraries" | cut -d' ' -f1)
local_base=localhost/martlet-base:bookworm-$list
make_base() { # a Debian with the libraries and nothing else, imported under its name
    [ -f "$work/base-$list.tar" ] || mmdebstrap --quiet --variant=minbase --dpkgopt='path-exclude=/usr/share/man/*' \
        --include="${libraries// /,}" bookworm "$work/base-$list.tar"
    case $tool in
        buildah)
            local container
            container=$(buildah from scratch)
            buildah add --quiet "$container" "$work/base-$list.tar" / >/dev/null
            buildah commit --quiet --timestamp 0 "$container" "$local_base" >/dev/null
            buildah rm "$container" >/dev/null ;;
        *) "$tool" import "$work/base-$list.tar" "$local_base" >/dev/null ;;
    esac
}
base=${RUNTIME_BASE:-$local_base}
if [ "$base" = "$local_base" ]; then
    case $tool in
        docker) docker image inspect "$base" >/dev/null 2>&1 || make_base ;;
        *) "$tool" inspect --type image "$base" >/dev/null 2>&1 || make_base ;;
    esac
fi

scripts/static-link.sh "$work/martlet"
context=$work/context
rm -rf "$context"
mkdir -p "$context/deploy/image"
cp "$work/martlet" Package.resolved Dockerfile "$context/"
cp deploy/image/rootfs.sh "$context/deploy/image/"

arguments=(--build-arg "RUNTIME_BASE=$base" --build-arg "VERSION=$version" --build-arg "REVISION=$revision"
    --build-arg "SOURCE_DATE_EPOCH=$SOURCE_DATE_EPOCH" --target runtime-from-context)
build() { # TAG
    case $tool in
        buildah) buildah build --quiet --isolation "${ISOLATION:-chroot}" --format docker --no-cache --timestamp "$SOURCE_DATE_EPOCH" "${arguments[@]}" -t "$1" "$context" ;;
        docker) docker build --quiet --network=host "${arguments[@]}" -t "$1" "$context" ;;
        *) "$tool" build --quiet --format docker "${arguments[@]}" -t "$1" "$context" ;;
    esac
}
build "$tag" >/dev/null
case $tool in
    docker) bytes=$(docker image inspect -f '{{.Size}}' "$tag") ;;
    *) bytes=$("${PODMAN:-podman}" image inspect --format '{{.Size}}' "$tag") ;;
esac
echo "$tag: $(awk "BEGIN {printf \"%.1f\", $bytes / 1e6}") MB, of $limit_mb at the most"
[ "$bytes" -le $((limit_mb * 1000000)) ] || { echo "image.sh: larger than $limit_mb MB" >&2; exit 1; }
if [ -n "$verify" ]; then
    layers() { buildah inspect --type image --format '{{range .Docker.RootFS.DiffIDs}}{{.}} {{end}}' "$1"; }
    scripts/static-link.sh "$work/martlet.again" >/dev/null
    cmp "$work/martlet" "$work/martlet.again"
    build "$tag-again" >/dev/null
    first=$(layers "$tag") second=$(layers "$tag-again")
    buildah rmi "$tag-again" >/dev/null
    rm -f "$work"/martlet.again*
    [ -n "$first" ] && [ "$first" = "$second" ] || { echo "image.sh: two builds differ: $first and $second" >&2; exit 1; }
    echo "built twice, the same program and layer: $first"
fi
if [ -n "$archive" ]; then
    case $tool in
        docker) docker save -o "$archive" "$tag" ;;
        *) rm -f "$archive"; "$tool" push --quiet "$tag" "docker-archive:$archive:$tag" ;;
    esac
fi
