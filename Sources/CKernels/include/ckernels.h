#pragma once

#include "ck_dot.h"
#include "ck_vector.h"

/// Whether this CPU, and its operating system, run code built for x86-64-v3 (AVX2, FMA, F16C).
int ck_cpu_has_x86_64_v3(void);
/// The same for x86-64-v4 (AVX-512 F, BW, CD, DQ, VL).
int ck_cpu_has_x86_64_v4(void);
/// The same for x86-64-v4 with the byte dot products of AVX-512 VNNI.
int ck_cpu_has_avx512_vnni(void);
