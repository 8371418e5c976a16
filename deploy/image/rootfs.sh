#!/bin/sh
# Inside the build, as root of a Debian: gathers in ROOT what the program needs and nothing else, with a bill of materials.
# rootfs.sh PROGRAM PACKAGE_RESOLVED ROOT VERSION
set -eu
program=$1 resolved=$2 root=$3 version=$4
epoch=${SOURCE_DATE_EPOCH:-0}
mkdir -p "$root/usr/local/bin" "$root/etc/ssl/certs" "$root/usr/share/martlet" "$root/usr/share/doc" "$root/models" "$root/tmp" "$root/var/cache/martlet"
install -m 755 "$program" "$root/usr/local/bin/martlet"

# Libraries, at the paths where the loader looks, and the Debian packages that they are of.
packages=/tmp/packages.$$
: >"$packages"
ldd "$program" | sed -n 's/.* => \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p' | sort -u | while read -r path; do
    mkdir -p "$root$(dirname "$path")"
    cp -L "$path" "$root$path"
    real=$(readlink -f "$path")
    { dpkg-query -S "$real" 2>/dev/null || dpkg-query -S "${real#/usr}" 2>/dev/null || dpkg-query -S "$path"; } |
        sed -n '1s/:.*//p' >>"$packages"
done
if [ -f /etc/ssl/certs/ca-certificates.crt ]; then
    cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
    echo ca-certificates >>"$packages"
fi
sort -u "$packages" -o "$packages"
while read -r package; do
    mkdir -p "$root/usr/share/doc/$package"
    cp -L "/usr/share/doc/$package/copyright" "$root/usr/share/doc/$package/" 2>/dev/null || true
done <"$packages"

printf 'root:x:0:0:root:/:/none\nmartlet:x:65532:65532:martlet:/:/none\n' >"$root/etc/passwd"
printf 'root:x:0:\nmartlet:x:65532:\n' >"$root/etc/group"
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
chown 65532:65532 "$root/models" "$root/var/cache/martlet"
chmod 1777 "$root/tmp"

# CycloneDX: what Debian says of the packages, what SwiftPM says of its pins.
bom="$root/usr/share/martlet/bom.cdx.json"
{
    printf '{\n  "bomFormat": "CycloneDX",\n  "specVersion": "1.5",\n  "version": 1,\n'
    printf '  "metadata": {"component": {"type": "application", "bom-ref": "martlet", "name": "martlet", "version": "%s"}},\n  "components": [\n' "$version"
    while read -r package; do
        dpkg-query -W -f='    {"type": "library", "bom-ref": "deb:${Package}", "name": "${Package}", "version": "${Version}", "purl": "pkg:deb/debian/${Package}@${Version}?arch=${Architecture}"},\n' "$package" |
            sed '/purl/{s/+/%2B/g;s/\("version": "[^"]*\)%2B/\1+/g}' | head -n 1
    done <"$packages"
    awk -F'"' '
        $2 == "identity" { name = $4 }
        $2 == "location" { place = $4 }
        $2 == "revision" { revision = $4 }
        $2 == "version" && name != "" {
            purl = place; sub(/^https:\/\//, "", purl); sub(/\.git$/, "", purl)
            printf "%s    {\"type\": \"library\", \"bom-ref\": \"swift:%s\", \"name\": \"%s\", \"version\": \"%s\", \"purl\": \"pkg:swift/%s@%s\", ", sep, name, name, $4, purl, $4
            printf "\"externalReferences\": [{\"type\": \"vcs\", \"url\": \"%s\", \"comment\": \"%s\"}]}", place, revision
            sep = ",\n"; name = ""
        }
        END { print "" }' "$resolved"
    printf '  ]\n}\n'
} >"$bom"
rm -f "$packages"
find "$root" -exec touch -h -d "@$epoch" {} +
