#!/bin/sh
# Checks the objects of the kernel modules: nothing that a linker may exchange between modules built for different CPUs,
# and no call of libm's fused multiply-add where the CPU has the instruction.
#
# usage: Tests/kernels-symbols.sh [build directory, default .build/release]
#
# Only release builds are held to this: debug builds enable testing, for which the compiler emits metadata of every type,
# and with it helpers such as __swift_memcpy32_16 under one weak name in every module.
set -eu
build=${1:-.build/release}
fail=0
for dir in "$build"/KernelsX86V2.build "$build"/KernelsX86V3.build "$build"/KernelsX86V4.build "$build"/KernelsPlain.build; do
    [ -d "$dir" ] || continue
    module=$(basename "$dir" .build)
    objects=$(find "$dir" -name '*.o')
    [ -n "$objects" ] || { echo "$module: no objects in $dir"; fail=1; continue; }
    # Weak text (W, w) and unique text (u) of another module's or no module's name.
    foreign=$(nm $objects | awk '$2 ~ /^[Wwu]$/ && $1 !~ /^ *$/ { print $3 }' | grep -v "^\$s[0-9]*$module" | sort -u || true)
    if [ -n "$foreign" ]; then
        echo "$module: weak text symbols that other modules may define too:"
        echo "$foreign" | sed 's/^/    /'
        fail=1
    fi
    # A closure of vectors that was not inlined takes them apart at every call.
    closures=$(nm $objects | awk '{ print $NF }' | grep -E 'SIMD(4|8|16)VySfG.*XEfU' | sort -u || true)
    if [ -n "$closures" ]; then
        echo "$module: closures over vectors that were not inlined:"
        echo "$closures" | sed 's/^/    /'
        fail=1
    fi
    case $module in
    *V3 | *V4)
        if nm $objects | grep -qE ' U (fmaf?|fmal)$'; then
            echo "$module: calls libm's fused multiply-add, a hundred times slower than the instruction"
            fail=1
        fi
        ;;
    esac
    echo "$module: $(echo "$objects" | wc -l) objects checked"
done
exit $fail
