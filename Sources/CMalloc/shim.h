#include <malloc.h>

/* glibc only: other libraries have their own ways, and need no telling. */
static inline void martlet_malloc_thresholds(int mapped, int trimmed) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, mapped);
    mallopt(M_TRIM_THRESHOLD, trimmed);
#endif
}
