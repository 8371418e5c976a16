#include "ckernels.h"

// The compiler's own CPU model, filled from CPUID (and XGETBV: the operating system must save the registers too).
int ck_cpu_has_x86_64_v3(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c") &&
           __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("lzcnt") && __builtin_cpu_supports("movbe");
#else
    return 0;
#endif
}

int ck_cpu_has_x86_64_v4(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return ck_cpu_has_x86_64_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#else
    return 0;
#endif
}

int ck_cpu_has_avx512_vnni(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return ck_cpu_has_x86_64_v4() && __builtin_cpu_supports("avx512vnni");
#else
    return 0;
#endif
}
