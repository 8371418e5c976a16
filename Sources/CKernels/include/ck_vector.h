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

CK_INLINE int32_t ck_i32_reduce_add(ck_i32 a) { return __builtin_reduce_add(a); }

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

/// Transposes lanes × lanes floats, y[c·yStride + r] = x[r·xStride + c], of which `rows` (at least 1) rows exist: the last
/// stands in for those that do not. Columns are written in order, each as a whole vector, so that a stride of `rows` leaves
/// them side by side. Swift has no shuffle of two vectors.
CK_INLINE void ck_transpose(const float *_Nonnull x, intptr_t xStride, intptr_t rows, float *_Nonnull y, intptr_t yStride) {
    ck_f32 v[CK_LANES];
    for (int i = 0; i < CK_LANES; i++) __builtin_memcpy(&v[i], x + (i < rows ? i : rows - 1) * xStride, sizeof(ck_f32));
    // One step per bit of the index: exchange the off-diagonal halves of ever larger squares.
#if CK_LANES == 16
    for (int i = 0; i < 16; i += 2) {
        ck_f32 a = v[i], b = v[i + 1];
        v[i] = __builtin_shufflevector(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30);
        v[i + 1] = __builtin_shufflevector(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
    }
    for (int i = 0; i < 16; i++) if (!(i & 2)) {
        ck_f32 a = v[i], b = v[i + 2];
        v[i] = __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
        v[i + 2] = __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
    }
    for (int i = 0; i < 16; i++) if (!(i & 4)) {
        ck_f32 a = v[i], b = v[i + 4];
        v[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27);
        v[i + 4] = __builtin_shufflevector(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
    }
    for (int i = 0; i < 8; i++) {
        ck_f32 a = v[i], b = v[i + 8];
        v[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
        v[i + 8] = __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
    }
#elif CK_LANES == 8
    for (int i = 0; i < 8; i += 2) {
        ck_f32 a = v[i], b = v[i + 1];
        v[i] = __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14);
        v[i + 1] = __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int i = 0; i < 8; i++) if (!(i & 2)) {
        ck_f32 a = v[i], b = v[i + 2];
        v[i] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
        v[i + 2] = __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
    }
    for (int i = 0; i < 4; i++) {
        ck_f32 a = v[i], b = v[i + 4];
        v[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
        v[i + 4] = __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
    }
#else
    for (int i = 0; i < 4; i += 2) {
        ck_f32 a = v[i], b = v[i + 1];
        v[i] = __builtin_shufflevector(a, b, 0, 4, 2, 6);
        v[i + 1] = __builtin_shufflevector(a, b, 1, 5, 3, 7);
    }
    for (int i = 0; i < 2; i++) {
        ck_f32 a = v[i], b = v[i + 2];
        v[i] = __builtin_shufflevector(a, b, 0, 1, 4, 5);
        v[i + 2] = __builtin_shufflevector(a, b, 2, 3, 6, 7);
    }
#endif
    for (int i = 0; i < CK_LANES; i++) __builtin_memcpy(y + i * yStride, &v[i], sizeof(ck_f32));
}

/// Binary16 bits to float. F16C is part of x86-64-v3; below it the exponent is moved by a multiplication.
CK_INLINE ck_f32 ck_half_to_f32(ck_u16 h) {
#if CK_LANES >= 8
    typedef _Float16 half __attribute__((ext_vector_type(CK_LANES)));
    return __builtin_convertvector((half)h, ck_f32);
#else
    ck_i32 bits = __builtin_convertvector(h, ck_i32);
    ck_i32 rest = (bits & 0x7FFF) << 13;
    ck_f32 scaled = (ck_f32)rest * 0x1p112f;
    ck_i32 special = rest >= (0x7C00 << 13);
    // NaN is made quiet, as the instruction does.
    ck_i32 quiet = (rest > (0x7C00 << 13)) & 0x00400000;
    ck_i32 value = (special & (rest | 0x7F800000 | quiet)) | (~special & (ck_i32)scaled);
    return (ck_f32)(value | ((bits & 0x8000) << 16));
#endif
}

/// Float to binary16 bits, halves to even.
CK_INLINE ck_u16 ck_f32_to_half(ck_f32 a) {
#if CK_LANES >= 8
    typedef _Float16 half __attribute__((ext_vector_type(CK_LANES)));
    return (ck_u16)__builtin_convertvector(a, half);
#else
    ck_i32 bits = (ck_i32)a;
    ck_i32 sign = (bits >> 16) & 0x8000;
    ck_i32 size = bits & 0x7FFFFFFF;
    // Normal results: the exponent is moved, and half of the last place plus its own bit is added before the cut.
    ck_i32 normal = (size - (112 << 23) + 0xFFF + ((size >> 13) & 1)) >> 13;
    // Denormal ones: adding 0.5 leaves the result in the low bits, rounded by the addition.
    ck_i32 small = (ck_i32)((ck_f32)size + 0.5f) - 0x3F000000;
    ck_i32 isSmall = size < (113 << 23);
    ck_i32 result = (isSmall & small) | (~isSmall & normal);
    ck_i32 isLarge = size >= 0x477FF000;
    result = (isLarge & 0x7C00) | (~isLarge & result);
    ck_i32 isNaN = size > 0x7F800000;
    result = (isNaN & (0x7E00 | ((size >> 13) & 0x3FF))) | (~isNaN & result);
    return __builtin_convertvector(result | sign, ck_u16);
#endif
}
