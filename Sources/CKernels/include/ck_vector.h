#pragma once

// Vector operations that Swift's SIMD types cannot name: min, max, square root, conversions and partial loads compile to
// one scalar operation per lane there. The width is that of the module that includes this header, so each
// instruction set's module sees its own types; everything is inlined and nothing has external linkage.

#include <stdint.h>

#if defined(__AVX512F__)
#define CK_LANES 16
#elif defined(__AVX2__)
#define CK_LANES 8
#else
#define CK_LANES 4
#endif

#if defined(__FMA__) || defined(__aarch64__)
#define CK_HAS_FMA 1
#else
#define CK_HAS_FMA 0
#endif

#define CK_INLINE static inline __attribute__((always_inline, unused))

typedef float ck_f32 __attribute__((ext_vector_type(CK_LANES)));
typedef int32_t ck_i32 __attribute__((ext_vector_type(CK_LANES)));
typedef uint32_t ck_u32 __attribute__((ext_vector_type(CK_LANES)));
typedef int16_t ck_i16 __attribute__((ext_vector_type(CK_LANES)));
typedef uint16_t ck_u16 __attribute__((ext_vector_type(CK_LANES)));
typedef int8_t ck_i8 __attribute__((ext_vector_type(CK_LANES)));
typedef uint8_t ck_u8 __attribute__((ext_vector_type(CK_LANES)));

/// a·b + c, rounded once where the instruction set has it, else twice: a call of libm's fmaf per lane is a hundred times slower.
CK_INLINE ck_f32 ck_fma(ck_f32 a, ck_f32 b, ck_f32 c) {
#if CK_HAS_FMA
    return __builtin_elementwise_fma(a, b, c);
#else
#pragma clang fp contract(off)
    return a * b + c;
#endif
}

/// The smaller; `a` where either is NaN.
CK_INLINE ck_f32 ck_min(ck_f32 a, ck_f32 b) { return b < a ? b : a; }
/// The larger; `a` where either is NaN.
CK_INLINE ck_f32 ck_max(ck_f32 a, ck_f32 b) { return b > a ? b : a; }
CK_INLINE ck_f32 ck_sqrt(ck_f32 a) { return __builtin_elementwise_sqrt(a); }
CK_INLINE ck_f32 ck_abs(ck_f32 a) { return __builtin_elementwise_abs(a); }
CK_INLINE ck_f32 ck_copysign(ck_f32 magnitude, ck_f32 sign) { return __builtin_elementwise_copysign(magnitude, sign); }
CK_INLINE ck_f32 ck_floor(ck_f32 a) { return __builtin_elementwise_floor(a); }
CK_INLINE ck_f32 ck_ceil(ck_f32 a) { return __builtin_elementwise_ceil(a); }
CK_INLINE ck_f32 ck_trunc(ck_f32 a) { return __builtin_elementwise_trunc(a); }
CK_INLINE ck_f32 ck_round_even(ck_f32 a) { return __builtin_elementwise_roundeven(a); }

/// Lanes of `a` where the mask lane is all ones, else of `b`.
CK_INLINE ck_f32 ck_select(ck_i32 mask, ck_f32 a, ck_f32 b) { return mask ? a : b; }
CK_INLINE ck_i32 ck_less(ck_f32 a, ck_f32 b) { return a < b; }
CK_INLINE ck_i32 ck_equal(ck_f32 a, ck_f32 b) { return a == b; }
CK_INLINE ck_i32 ck_is_nan(ck_f32 a) { return a != a; }

CK_INLINE ck_i32 ck_bits(ck_f32 a) { return (ck_i32)a; }
CK_INLINE ck_f32 ck_from_bits(ck_i32 a) { return (ck_f32)a; }

/// Towards zero; the lane must be within Int32.
CK_INLINE ck_i32 ck_f32_to_i32(ck_f32 a) { return __builtin_convertvector(a, ck_i32); }
CK_INLINE ck_f32 ck_i32_to_f32(ck_i32 a) { return __builtin_convertvector(a, ck_f32); }
CK_INLINE ck_i32 ck_u8_to_i32(ck_u8 a) { return __builtin_convertvector(a, ck_i32); }
CK_INLINE ck_i32 ck_i8_to_i32(ck_i8 a) { return __builtin_convertvector(a, ck_i32); }
CK_INLINE ck_i32 ck_u16_to_i32(ck_u16 a) { return __builtin_convertvector(a, ck_i32); }
CK_INLINE ck_u8 ck_i32_to_u8(ck_i32 a) { return __builtin_convertvector(a, ck_u8); }
CK_INLINE ck_u16 ck_i32_to_u16(ck_i32 a) { return __builtin_convertvector(a, ck_u16); }
CK_INLINE ck_i32 ck_i32_min(ck_i32 a, ck_i32 b) { return __builtin_elementwise_min(a, b); }
CK_INLINE ck_i32 ck_i32_max(ck_i32 a, ck_i32 b) { return __builtin_elementwise_max(a, b); }

/// Sum of the lanes as a fixed tree: halves are added until one lane is left.
CK_INLINE float ck_reduce_add(ck_f32 a) {
#if CK_LANES == 16
    __attribute__((ext_vector_type(8))) float b = a.lo + a.hi;
#elif CK_LANES == 8
    ck_f32 b = a;
#endif
#if CK_LANES >= 8
    __attribute__((ext_vector_type(4))) float c = b.lo + b.hi;
#else
    ck_f32 c = a;
#endif
    __attribute__((ext_vector_type(2))) float d = c.lo + c.hi;
    return d.x + d.y;
}

/// Largest lane; not for NaN.
CK_INLINE float ck_reduce_max(ck_f32 a) { return __builtin_reduce_max(a); }
CK_INLINE float ck_reduce_min(ck_f32 a) { return __builtin_reduce_min(a); }
/// Not zero when any mask lane is all ones.
CK_INLINE int ck_any(ck_i32 mask) { return __builtin_reduce_or(mask) != 0; }

/// The first `count` (0 to all) lanes from memory, the rest zero; reads nothing beyond them.
CK_INLINE ck_f32 ck_load_partial(const float *_Nonnull p, intptr_t count) {
#if CK_LANES == 16
    typedef float raw __attribute__((vector_size(64)));
    raw zero = {0};
    return (ck_f32)__builtin_ia32_loadups512_mask(p, zero, (uint16_t)((1u << count) - 1u));
#elif CK_LANES == 8
    typedef float raw __attribute__((vector_size(32)));
    typedef int rawi __attribute__((vector_size(32)));
    const rawi index = {0, 1, 2, 3, 4, 5, 6, 7};
    rawi limit = {0};
    limit += (int)count;
    return (ck_f32)__builtin_ia32_maskloadps256((const raw *)p, (rawi)(index < limit));
#else
    ck_f32 v = 0;
    if (count > 0) v.x = p[0];
    if (count > 1) v.y = p[1];
    if (count > 2) v.z = p[2];
    if (count > 3) v.w = p[3];
    return v;
#endif
}

/// Writes the first `count` (0 to all) lanes and touches nothing beyond them.
CK_INLINE void ck_store_partial(float *_Nonnull p, ck_f32 v, intptr_t count) {
#if CK_LANES == 16
    typedef float raw __attribute__((vector_size(64)));
    __builtin_ia32_storeups512_mask(p, (raw)v, (uint16_t)((1u << count) - 1u));
#elif CK_LANES == 8
    typedef float raw __attribute__((vector_size(32)));
    typedef int rawi __attribute__((vector_size(32)));
    const rawi index = {0, 1, 2, 3, 4, 5, 6, 7};
    rawi limit = {0};
    limit += (int)count;
    __builtin_ia32_maskstoreps256((raw *)p, (rawi)(index < limit), (raw)v);
#else
    if (count > 0) p[0] = v.x;
    if (count > 1) p[1] = v.y;
    if (count > 2) p[2] = v.z;
    if (count > 3) p[3] = v.w;
#endif
}

/// a·2ⁿ for whole n of at most 300 in size, rounded once.
CK_INLINE ck_f32 ck_scale_by_power(ck_f32 a, ck_i32 n) {
#if CK_LANES == 16
    typedef float raw __attribute__((vector_size(64)));
    ck_f32 nf = __builtin_convertvector(n, ck_f32);
    raw zero = {0};
    return (ck_f32)__builtin_ia32_scalefps512_mask((raw)a, (raw)nf, zero, (uint16_t)-1, 4);
#else
    ck_i32 half = n >> 1;
    ck_f32 s1 = (ck_f32)((half + 127) << 23);
    ck_f32 s2 = (ck_f32)((n - half + 127) << 23);
    return a * s1 * s2;
#endif
}

// Arguments of sine and cosine are reduced in double precision, for which Swift has no conversion that stays in registers.

typedef double ck_f64 __attribute__((ext_vector_type(CK_LANES)));

/// The whole number of quarter turns nearest to `a` (at most 2²² in size).
CK_INLINE ck_i32 ck_quarter_turns(ck_f32 a) {
    ck_f64 turns = __builtin_convertvector(a, ck_f64) * 0.63661977236758134308;
    return __builtin_convertvector(__builtin_elementwise_roundeven(turns), ck_i32);
}

/// a − n·π/2; the first part of π/2 has 33 bits, so its product with n is exact.
CK_INLINE ck_f32 ck_without_quarter_turns(ck_f32 a, ck_i32 n) {
    ck_f64 k = __builtin_convertvector(n, ck_f64);
    ck_f64 r = __builtin_convertvector(a, ck_f64) - k * 1.57079632673412561417e+00;
    r = r - k * 6.07710050650619224932e-11;
    return __builtin_convertvector(r, ck_f32);
}
