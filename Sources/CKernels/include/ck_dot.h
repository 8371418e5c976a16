#pragma once

// Byte and 16-bit dot products: instructions that Swift cannot name.

#include "ck_vector.h"

/// Each lane of `a` and `b` is two signed 16-bit numbers: acc + a₀·b₀ + a₁·b₁, exact unless all four are −32768.
CK_INLINE ck_i32 ck_dot_i16(ck_i32 acc, ck_i32 a, ck_i32 b) {
#if CK_LANES == 16
    typedef short raw __attribute__((vector_size(64)));
    return acc + (ck_i32)__builtin_ia32_pmaddwd512((raw)a, (raw)b);
#elif CK_LANES == 8
    typedef short raw __attribute__((vector_size(32)));
    return acc + (ck_i32)__builtin_ia32_pmaddwd256((raw)a, (raw)b);
#elif defined(__SSE2__)
    typedef short raw __attribute__((vector_size(16)));
    return acc + (ck_i32)__builtin_ia32_pmaddwd128((raw)a, (raw)b);
#else
    return acc + ((a << 16) >> 16) * ((b << 16) >> 16) + (a >> 16) * (b >> 16);
#endif
}

/// Each lane of `a` is four unsigned bytes, of `b` four signed: acc + a₀·b₀ + a₁·b₁ + a₂·b₂ + a₃·b₃, exact.
/// AVX-512 VNNI is no part of x86-64-v4, and a function built for more than its module cannot be inlined: hence assembly.
/// To be called only where ck_cpu_has_avx512_vnni() says so.
CK_INLINE ck_i32 ck_dot_u8_i8(ck_i32 acc, ck_i32 a, ck_i32 b) {
#if CK_LANES == 16
    __asm__("vpdpbusd %2, %1, %0" : "+v"(acc) : "v"(a), "v"(b));
#endif
    return acc;
}
