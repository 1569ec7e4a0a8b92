/* Vectors of floats, as wide as the processor's. */

#include <cstdint>

#ifdef __AVX512F__
#define VECTOR_BYTES 64
#else
#define VECTOR_BYTES 32
#endif
#define LANES (VECTOR_BYTES / (int)sizeof(float))
#define INLINE static inline __attribute__((always_inline))
#define UNROLLED _Pragma("GCC unroll 16")

static_assert(CHANNELS % LANES == 0, "channels are whole vectors");

typedef float V __attribute__((vector_size(VECTOR_BYTES), aligned(4), may_alias));
typedef int64_t Int;

INLINE V load_vector(const float *from) { return *(const V *)from; }
INLINE void store_vector(float *to, V value) { *(V *)to = value; }

#ifdef __clang__
#define LANES_OF(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
typedef int32_t Numbers __attribute__((vector_size(VECTOR_BYTES)));
#define LANES_OF(a, b, ...) __builtin_shuffle(a, b, (Numbers){__VA_ARGS__})
#endif

/* The sums of neighbouring lanes of a, then those of b. */
INLINE V add_neighbours(V a, V b) {
#ifdef __AVX512F__
  return LANES_OF(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30) +
         LANES_OF(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
#else
  return LANES_OF(a, b, 0, 2, 4, 6, 8, 10, 12, 14) +
         LANES_OF(a, b, 1, 3, 5, 7, 9, 11, 13, 15);
#endif
}
