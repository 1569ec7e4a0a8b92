/* 3x3 convolutions between an image's few channels and many, by their definition, on channels-last images.

   Where one side has 1 or 3 channels there is nothing to save by transforming tiles: the transforms would cost
   more than the products. What counts is to hold sums in registers and to share what is read.

   `few_channels.py` compiles this file. The many channels come in multiples of CHANNELS, up to MOST_CHANNELS.
   No sum depends on the number of threads. */

#include <algorithm>
#include <omp.h>

#include "vectors.h"

#define TAPS 3
#define ROLLED _Pragma("GCC unroll 1") /* or else registers run out */
#ifdef __AVX512F__
#define PIXELS 8 /* whose sums are held in registers */
#else
#define PIXELS 4
#endif

alignas(64) static const float zeros[MOST_CHANNELS] = {0};

#define WHOLE(vectors) (((vectors) + LANES - 1) / LANES * LANES)

struct Shape {
  Int images, height, width, many;                 /* channels of the many */
  Int few_stride, many_stride, row, column, first; /* of a filter; where the first of its taps lies */
  Int parts;                                       /* of the images, each with its own sums in `correlate` */

  /* Pixels of a row with zeros around it, in whole groups. */
  Int padded_width() const { return (width + PIXELS - 1) / PIXELS * PIXELS + TAPS - 1; }
};

/* Let `each(index, place)` take all filters: packed by tap, channel of the few, channel of the many; and as they
   are. */
template <int few, typename Each> static void for_filters(const Shape &of, Each each) {
  Int index = 0;
  for (int i = 0; i < TAPS; i++)
    for (int j = 0; j < TAPS; j++)
      for (int c = 0; c < few; c++)
        for (Int k = 0; k < of.many; k++)
          each(index++, of.first + i * of.row + j * of.column + c * of.few_stride + k * of.many_stride);
}

/* The TAPS rows around row y of an image of few channels, with zeros around it, one after the other. */
template <int few> static void surround(const Shape &of, const float *image, Int y, float *rows) {
  const Int length = of.padded_width() * few, width = of.width * few;
  std::fill(rows, rows + TAPS * length, 0.0f);
  for (Int i = std::max<Int>(0, 1 - y); i < std::min<Int>(TAPS, of.height - y + 1); i++)
    std::copy_n(image + (y + i - 1) * width, width, rows + i * length + few);
}

/* From few channels to many. */
template <int few>
static void widen(const Shape &of, const float *images, const float *filters, const float *bias, float *out,
                  float *memory) {
  const Int length = of.padded_width() * few;
  float *packed = memory, *scratch = packed + TAPS * TAPS * few * of.many;
  for_filters<few>(of, [&](Int index, Int place) { packed[index] = filters[place]; });
#pragma omp parallel
  {
    float *rows = scratch + omp_get_thread_num() * TAPS * length;
#pragma omp for schedule(static)
    for (Int at = 0; at < of.images * of.height; at++) {
      surround<few>(of, images + at / of.height * of.height * of.width * few, at % of.height, rows);
      for (Int k = 0; k < of.many; k += LANES)
        for (Int x = 0; x < of.width; x += PIXELS) {
          V sums[PIXELS];
          UNROLLED for (int p = 0; p < PIXELS; p++) sums[p] = load_vector((bias ? bias : zeros) + k);
          for (int i = 0; i < TAPS; i++) ROLLED for (int j = 0; j < TAPS * few; j++) {
            const V filter = load_vector(packed + (i * TAPS * few + j) * of.many + k);
            UNROLLED for (int p = 0; p < PIXELS; p++) sums[p] += rows[i * length + (x + p) * few + j] * filter;
          }
          float *to = out + (at * of.width + x) * of.many + k;
          UNROLLED for (int p = 0; p < PIXELS; p++) if (x + p < of.width) store_vector(to + p * of.many, sums[p]);
        }
    }
  }
}

/* Each vector becomes the sum of its lanes, to lie one after the other in the first of them. */
template <int count> INLINE void add_lanes(V *vectors) {
  UNROLLED for (int lanes = LANES, left = count; lanes > 1; lanes /= 2) {
    left = (left + 1) / 2;
    UNROLLED for (int i = 0; i < left; i++) vectors[i] = add_neighbours(vectors[2 * i], vectors[2 * i + 1]);
  }
}

/* From many channels to few. */
template <int few>
static void narrow(const Shape &of, const float *images, const float *filters, const float *bias, float *out,
                   float *packed) {
  for_filters<few>(of, [&](Int index, Int place) { packed[index] = filters[place]; });
#pragma omp parallel for schedule(static)
  for (Int row = 0; row < of.images * of.height; row++) {
    const Int y = row % of.height;
    const float *pixels = images + row * of.width * of.many;
    for (Int x = 0; x < of.width; x += PIXELS) {
      V sums[WHOLE(PIXELS * few)] = {};
      for (int i = 0; i < TAPS; i++) {
        if (y + i < 1 || y + i > of.height)
          continue;
        const float *at[PIXELS + TAPS - 1];
        UNROLLED for (int p = 0; p < PIXELS + TAPS - 1; p++) {
          const bool inside = x + p >= 1 && x + p <= of.width;
          at[p] = inside ? pixels + ((i - 1) * of.width + x + p - 1) * of.many : zeros;
        }
        for (Int k = 0; k < of.many; k += LANES)
          ROLLED for (int j = 0; j < TAPS; j++) {
            V filter[few];
            UNROLLED for (int c = 0; c < few; c++)
                filter[c] = load_vector(packed + ((i * TAPS + j) * few + c) * of.many + k);
            UNROLLED for (int p = 0; p < PIXELS; p++) {
              const V pixel = load_vector(at[p + j] + k);
              UNROLLED for (int c = 0; c < few; c++) sums[p * few + c] += pixel * filter[c];
            }
          }
      }
      add_lanes<PIXELS * few>(sums);
      const float *total = (const float *)sums;
      const Int count = std::min<Int>(PIXELS, of.width - x) * few;
      for (Int i = 0; i < count; i++)
        out[(row * of.width + x) * few + i] = total[i] + (bias ? bias[i % few] : 0);
    }
  }
}

/* What a row of each side, the few with what is around it, adds to the packed gradient with respect to the filters
   of `widen`. */
template <int few>
INLINE void correlate_row(const Shape &of, const float *rows, const float *gradients, float *sums) {
  const Int length = of.padded_width() * few;
  for (Int k = 0; k < of.many; k += LANES)
    for (int i = 0; i < TAPS; i++) {
      V of_row[TAPS * few];
      float *to = sums + i * TAPS * few * of.many + k;
      UNROLLED for (int j = 0; j < TAPS * few; j++) of_row[j] = load_vector(to + j * of.many);
      for (Int x = 0; x < of.width; x++) {
        const V gradient = load_vector(gradients + x * of.many + k);
        UNROLLED for (int j = 0; j < TAPS * few; j++) of_row[j] += rows[i * length + x * few + j] * gradient;
      }
      UNROLLED for (int j = 0; j < TAPS * few; j++) store_vector(to + j * of.many, of_row[j]);
    }
}

/* The gradient of `widen` with respect to the filters, in parts of the images, whose sums are added in turn. */
template <int few>
static void correlate(const Shape &of, const float *images, const float *gradients, float *filters,
                      float *memory) {
  const Int count = TAPS * TAPS * few * of.many, length = of.padded_width() * few;
  float *scratch = memory + of.parts * count;
#pragma omp parallel
  {
    float *rows = scratch + omp_get_thread_num() * TAPS * length;
#pragma omp for schedule(static)
    for (Int part = 0; part < of.parts; part++) {
      float *sums = memory + part * count;
      std::fill(sums, sums + count, 0.0f);
      const Int begin = of.images * part / of.parts * of.height;
      const Int end = of.images * (part + 1) / of.parts * of.height;
      for (Int at = begin; at < end; at++) {
        surround<few>(of, images + at / of.height * of.height * of.width * few, at % of.height, rows);
        correlate_row<few>(of, rows, gradients + at * of.width * of.many, sums);
      }
    }
  }
  for_filters<few>(of, [&](Int index, Int place) {
    float sum = 0;
    for (Int part = 0; part < of.parts; part++)
      sum += memory[part * count + index];
    filters[place] = sum;
  });
}

/* --- What `few_channels.py` calls ----------------------------------------------------------------- */

/* Floats of `memory` that each of the three needs, at most, with as many threads as there may be now. */
extern "C" Int work_size(const Shape *of, Int few) {
  return TAPS * few * (TAPS * of->many * of->parts + omp_get_max_threads() * of->padded_width());
}

#define EXPORTED(few)                                                                                        \
  extern "C" void widen_##few(const Shape *of, const float *images, const float *filters, const float *bias, \
                              float *outputs, float *memory) {                                               \
    widen<few>(*of, images, filters, bias, outputs, memory);                                                 \
  }                                                                                                          \
  extern "C" void narrow_##few(const Shape *of, const float *images, const float *filters,                   \
                               const float *bias, float *outputs, float *memory) {                           \
    narrow<few>(*of, images, filters, bias, outputs, memory);                                                \
  }                                                                                                          \
  extern "C" void correlate_##few(const Shape *of, const float *images, const float *gradients,              \
                                  float *filters, float *memory) {                                           \
    correlate<few>(*of, images, gradients, filters, memory);                                                 \
  }
EXPORTED(1)
EXPORTED(3)
