#include <zlib.h>

/* zlib's initialisers are macros that Swift cannot import. */
static inline int martlet_inflate_init(z_streamp stream, int windowBits) { return inflateInit2(stream, windowBits); }
static inline int martlet_deflate_init(z_streamp stream, int level, int windowBits) {
    return deflateInit2(stream, level, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY);
}
