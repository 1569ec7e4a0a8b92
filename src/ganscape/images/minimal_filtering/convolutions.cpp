/* Convolutions by minimal filtering (Winograd, 1980; Lavin and Gray, 2016), on channels-last images.

   A convolution with r x r taps computes m x m outputs from t x t samples, t = m + r - 1, as

     Y = A^T [ (G g G^T) . (B^T d B) ] A,

   with t^2 multiplications where the definition takes m^2 r^2. The product in the middle is one matrix
   product per position of the tile: its sums over channels are all the arithmetic that counts. What is
   done at once is a chunk of tiles that fits a processor's caches. No sum depends on the number of threads.

   A 4x4 convolution of stride 2 is four 2x2 convolutions of every other sample (r = 2), one for each pair of
   parities of a row and a column, of which the sum is taken. So everything here is made from `convolve`, its
   transpose, its gradient with respect to the filters, and from where samples lie.

   The factors of the product in the middle are floats, or, to go faster, rounded to bfloat16; its sums, and all
   else, are floats.

   `library.py` compiles this file and passes the matrices, A_TRANSPOSED_3, G_3, B_TRANSPOSED_3 for r = 3 and
   the same for r = 2, and m for both, OUTPUTS. Channels come in multiples of CHANNELS, up to MOST_CHANNELS. */

#include <algorithm>
#include <omp.h>
#ifdef __AVX512BF16__
#include <immintrin.h>
#endif

#include "vectors.h"

#ifdef __AVX512F__
#define ROWS 8 /* of a product held in registers */
#else
#define ROWS 4
#endif
#define PANEL (2 * LANES) /* columns of a product held in registers */

template <int r> struct Filter;
template <> struct Filter<3> {
  static constexpr int samples = OUTPUTS + 2;
  static constexpr float g[samples][3] = G_3;
  static constexpr float b_transposed[samples][samples] = B_TRANSPOSED_3;
  static constexpr float a_transposed[OUTPUTS][samples] = A_TRANSPOSED_3;
};
template <> struct Filter<2> {
  static constexpr int samples = OUTPUTS + 1;
  static constexpr float g[samples][2] = G_2;
  static constexpr float b_transposed[samples][samples] = B_TRANSPOSED_2;
  static constexpr float a_transposed[OUTPUTS][samples] = A_TRANSPOSED_2;
};

/* Where the elements of tiles lie: element i of the tile in place T is pixel (OUTPUTS T + i) * step + offset. */
struct Grid {
  Int height, width, channels; /* of the images */
  Int step, row_offset, column_offset;
};

struct Tiles {
  Int rows, columns; /* in one image */
  Int count;         /* in all images */
};

#define BEYOND (INT64_MIN / 4)
alignas(64) static const float zeros[MOST_CHANNELS] = {0};

/* --- Factors of a product ------------------------------------------------------------------------- */

/* A cell is what one step of a product takes of a row or column of a factor: a float, or two bfloat16, of
   which the products are added. Both have the size of a float, and lie alike: cells of a row of the left factor
   one after the other, or cells of a column; of the right factor a vector of columns. */
struct Single {
  static constexpr int values = 1;

  /* A vector of a row's values, the first of them at `index`. */
  INLINE void store_along(float *row, Int index, V value) { *(V *)(row + index) = value; }

  /* Value number `part` of each of a vector of cells; number 0 first. */
  INLINE void store_part(float *cells, int, V value) { *(V *)cells = value; }

  INLINE void multiply_add(V &sum, float left, V right) { sum += left * right; }
};

#ifdef __AVX512BF16__
struct Pair {
  static constexpr int values = 2;

  INLINE void store_along(float *row, Int index, V value) {
    _mm256_storeu_si256((__m256i *)(row + index / 2), (__m256i)_mm512_cvtneps_pbh((__m512)value));
  }

  INLINE void store_part(float *cells, int part, V value) {
    const __m512i rounded = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)value));
    _mm512_storeu_si512(
        cells, part ? _mm512_loadu_si512(cells) | _mm512_slli_epi32(rounded, 16) : rounded);
  }

  INLINE void multiply_add(V &sum, float left, V right) {
    sum = (V)_mm512_dpbf16_ps((__m512)sum, (__m512bh)_mm512_set1_ps(left), (__m512bh)right);
  }
};
#endif

/* --- Transforms, of one tile and a vector of channels at a time ----------------------------------- */

/* out = matrix . in, along one dimension of a tile; zeros of the matrix cost nothing. */
template <int n_out, int n_in, bool transposed, int rows, int columns>
INLINE void apply(const float (&matrix)[rows][columns], const V *in, int in_stride, V *out, int out_stride) {
  UNROLLED for (int o = 0; o < n_out; o++) {
    V sum = {0};
    bool empty = true;
    UNROLLED for (int i = 0; i < n_in; i++) {
      const float factor = transposed ? matrix[i][o] : matrix[o][i];
      if (factor == 0)
        continue;
      sum = empty ? factor * in[i * in_stride] : sum + factor * in[i * in_stride];
      empty = false;
    }
    out[o * out_stride] = sum;
  }
}

/* Both dimensions: n_in x n_in vectors that `load(i, j)` gives, n_out x n_out that `store(i, j, vector)` takes. */
template <int n_out, int n_in, bool transposed, int rows, int columns, typename Load, typename Store>
INLINE void apply_twice(const float (&matrix)[rows][columns], Load load, Store store) {
  V half[n_out * n_in]; /* columns of the tile side by side */
  UNROLLED for (int i = 0; i < n_in; i++) {
    V row[n_in];
    UNROLLED for (int j = 0; j < n_in; j++) row[j] = load(i, j);
    apply<n_out, n_in, transposed>(matrix, row, 1, half + i, n_in);
  }
  UNROLLED for (int j = 0; j < n_out; j++) {
    V column[n_out];
    apply<n_out, n_in, transposed>(matrix, half + j * n_in, 1, column, 1);
    UNROLLED for (int i = 0; i < n_out; i++) store(i, j, column[i]);
  }
}

/* Pointers to the n x n elements of a tile; `outside` stands for those beyond the image. */
template <int n, typename Pixel>
INLINE void locate(const Grid &grid, const Tiles &tiles, Int tile, Pixel *image, Pixel *outside,
                   Pixel *(&at)[n * n]) {
  const Int column = tile % tiles.columns, row = tile / tiles.columns % tiles.rows;
  image += tile / (tiles.rows * tiles.columns) * grid.height * grid.width * grid.channels;
  Int rows[n], columns[n]; /* from the image's first pixel, or far below it */
  for (int i = 0; i < n; i++) {
    const Int y = (OUTPUTS * row + i) * grid.step + grid.row_offset;
    const Int x = (OUTPUTS * column + i) * grid.step + grid.column_offset;
    rows[i] = y >= 0 && y < grid.height ? y * grid.width * grid.channels : BEYOND;
    columns[i] = x >= 0 && x < grid.width ? x * grid.channels : BEYOND;
  }
  UNROLLED for (int i = 0; i < n; i++) UNROLLED for (int j = 0; j < n; j++) {
    const Int offset = rows[i] + columns[j];
    at[i * n + j] = offset >= 0 ? image + offset : outside;
  }
}

/* B^T d B of one tile, of which `store(p, channel, vector)` takes position p. */
template <int r, typename Store>
INLINE void transform_samples(const Grid &grid, const Tiles &tiles, Int tile, const float *images,
                              Store store) {
  constexpr int n = Filter<r>::samples;
  const float *at[n * n];
  locate<n>(grid, tiles, tile, images, zeros, at);
  for (Int c = 0; c < grid.channels; c += LANES)
    apply_twice<n, n, false>(
        Filter<r>::b_transposed, [&](int i, int j) { return load_vector(at[i * n + j] + c); },
        [&](int i, int j, V value) { store(i * n + j, c, value); });
}

/* A^T M A of one tile, and the bias: from products[p * stride + channel] to the images. */
template <int r>
INLINE void transform_products(const Grid &grid, const Tiles &tiles, Int tile, const float *products,
                               Int stride, const float *bias, float *images) {
  constexpr int n = Filter<r>::samples;
  float *at[OUTPUTS * OUTPUTS];
  locate<OUTPUTS>(grid, tiles, tile, images, (float *)nullptr, at);
  for (Int c = 0; c < grid.channels; c += LANES) {
    const V shift = load_vector((bias ? bias : zeros) + c);
    apply_twice<OUTPUTS, n, false>(
        Filter<r>::a_transposed,
        [&](int i, int j) { return load_vector(products + (i * n + j) * stride + c); },
        [&](int i, int j, V value) {
          if (at[i * OUTPUTS + j])
            store_vector(at[i * OUTPUTS + j] + c, value + shift);
        });
  }
}

/* B M B^T of one tile and a bias, the transpose of `transform_samples`: from products[p * stride + channel] to
   the images, where tiles overlap: a tile adds to what those above and to the left of it have left. */
template <int r>
INLINE void transform_products_back(const Grid &grid, const Tiles &tiles, Int tile, const float *products,
                                    Int stride, const float *bias, float *images) {
  constexpr int n = Filter<r>::samples;
  const bool has_left = tile % tiles.columns, has_above = tile / tiles.columns % tiles.rows;
  float *at[n * n];
  locate<n>(grid, tiles, tile, images, (float *)nullptr, at);
  for (Int c = 0; c < grid.channels; c += LANES) {
    const V shift = load_vector((bias ? bias : zeros) + c);
    apply_twice<n, n, true>(
        Filter<r>::b_transposed,
        [&](int i, int j) { return load_vector(products + (i * n + j) * stride + c); },
        [&](int i, int j, V value) {
          float *place = at[i * n + j];
          const bool overlaps = (has_above && i < r - 1) || (has_left && j < r - 1);
          if (place)
            store_vector(place + c, value + (overlaps ? load_vector(place + c) : shift));
        });
  }
}

/* A y A^T of one tile, the transpose of `transform_products`, of which `store(p, channel, vector)` takes position p. */
template <int r, typename Store>
INLINE void transform_gradients(const Grid &grid, const Tiles &tiles, Int tile, const float *images,
                                Store store) {
  constexpr int n = Filter<r>::samples;
  const float *at[OUTPUTS * OUTPUTS];
  locate<OUTPUTS>(grid, tiles, tile, images, zeros, at);
  for (Int c = 0; c < grid.channels; c += LANES)
    apply_twice<n, OUTPUTS, true>(
        Filter<r>::a_transposed, [&](int i, int j) { return load_vector(at[i * OUTPUTS + j] + c); },
        [&](int i, int j, V value) { store(i * n + j, c, value); });
}

/* Where the cells of a row, from a column on, lie in a right factor, which is cut into panels of columns. */
INLINE Int in_panels(Int columns, Int depth, Int row, Int column) {
  const Int panel = column / PANEL * PANEL, width = std::min<Int>(PANEL, columns - panel);
  return panel * depth + row * width + column - panel;
}

/* Where tap (i, j) between input channel c and output k lies. */
struct Taps {
  Int input, output, row, column; /* strides */
  Int inputs, outputs;            /* channels */

  Taps transposed() const { return {output, input, row, column, outputs, inputs}; }
};

/* G g G^T of all filters of a phase, to a right factor of `depth` cells times `columns` in every position: to
   those of its columns from `column` on, and to those of the values in them from number `row` on. */
template <int r, typename Cell>
static void transform_filters(const Taps &taps, const float *filters, float *out, Int stride, Int depth,
                              Int columns, Int row, Int column) {
  constexpr int n = Filter<r>::samples;
#pragma omp parallel for schedule(static)
  for (Int k = 0; k < taps.outputs; k += LANES)
    for (Int c = 0; c < taps.inputs; c++) {
      float values[r * r][LANES];
      const float *from = filters + k * taps.output + c * taps.input;
      for (int lane = 0; lane < LANES; lane++, from += taps.output)
        UNROLLED for (int i = 0; i < r; i++) UNROLLED for (int j = 0; j < r; j++) values[i * r + j][lane] =
            from[i * taps.row + j * taps.column];
      float *cells = out + in_panels(columns, depth, (row + c) / Cell::values, column + k);
      const int part = (row + c) % Cell::values;
      apply_twice<n, r, false>(
          Filter<r>::g, [&](int i, int j) { return load_vector(values[i * r + j]); },
          [&](int i, int j, V value) { Cell::store_part(cells + (i * n + j) * stride, part, value); });
    }
}

/* G^T f G, the transpose of the above, from in[p * stride + row * columns + column] to the filters. */
template <int r>
static void transform_filters_back(const Taps &taps, float *filters, const float *in, Int stride, Int first) {
  constexpr int n = Filter<r>::samples;
#pragma omp parallel for schedule(static)
  for (Int c = 0; c < taps.inputs; c++)
    for (Int k = 0; k < taps.outputs; k += LANES) {
      float values[r * r][LANES];
      const float *place = in + (first + c) * taps.outputs + k;
      apply_twice<r, n, true>(
          Filter<r>::g, [&](int i, int j) { return load_vector(place + (i * n + j) * stride); },
          [&](int i, int j, V value) { store_vector(values[i * r + j], value); });
      float *to = filters + k * taps.output + c * taps.input;
      for (int lane = 0; lane < LANES; lane++, to += taps.output)
        UNROLLED for (int i = 0; i < r; i++) UNROLLED for (int j = 0; j < r; j++)
            to[i * taps.row + j * taps.column] = values[i * r + j][lane];
    }
}

/* --- Matrix products ------------------------------------------------------------------------------ */

/* ROWS x (vectors * LANES) of a product: left[i * row + k * column] times right[k * vectors * LANES + j]. */
template <typename Cell, int vectors>
INLINE void multiply_panel(const float *left, Int row, Int column, const float *right, Int depth, float *out,
                           Int out_row, bool add) {
  V sums[ROWS][vectors];
  UNROLLED for (int i = 0; i < ROWS; i++) UNROLLED for (int v = 0; v < vectors; v++) sums[i][v] =
      add ? *(V *)(out + i * out_row + v * LANES) : (V){0};
  for (Int k = 0; k < depth; k++) {
    V values[vectors];
    UNROLLED for (int v = 0; v < vectors; v++) values[v] = *(const V *)(right + (k * vectors + v) * LANES);
    UNROLLED for (int i = 0; i < ROWS; i++) {
      const float factor = left[i * row + k * column];
      UNROLLED for (int v = 0; v < vectors; v++) Cell::multiply_add(sums[i][v], factor, values[v]);
    }
  }
  UNROLLED for (int i = 0; i < ROWS; i++) UNROLLED for (int v = 0; v < vectors; v++) *
      (V *)(out + i * out_row + v * LANES) = sums[i][v];
}

/* `rows` rows, a multiple of ROWS, and the columns of one panel, which is half as wide at the right margin. */
template <typename Cell>
static void multiply(const float *left, Int row, Int column, const float *right, Int depth, Int width,
                     Int rows, float *out, Int out_row, bool add) {
  for (Int i = 0; i < rows; i += ROWS) {
    if (width == PANEL)
      multiply_panel<Cell, 2>(left + i * row, row, column, right, depth, out + i * out_row, out_row, add);
    else
      multiply_panel<Cell, 1>(left + i * row, row, column, right, depth, out + i * out_row, out_row, add);
  }
}

/* Threads that share work, each its own part of it, or one on its own. */
struct Team {
  Int rank, size;

  template <typename Each> void share(Int count, Each each) const {
    for (Int i = count * rank / size; i < count * (rank + 1) / size; i++)
      each(i);
    if (size > 1) {
#pragma omp barrier
    }
  }
};

/* The products of all positions. */
template <typename Cell>
INLINE void multiply_positions(const Team &team, Int positions, const float *left, Int left_stride, Int row,
                               Int column, const float *right, Int right_stride, Int depth, Int columns,
                               Int rows, float *out, Int out_stride, Int out_row, bool add) {
  const Int panels = (columns + PANEL - 1) / PANEL;
  team.share(positions * panels, [&](Int i) {
    const Int p = i / panels, begin = i % panels * PANEL;
    multiply<Cell>(left + p * left_stride, row, column, right + p * right_stride + begin * depth, depth,
                   std::min<Int>(PANEL, columns - begin), rows, out + p * out_stride + begin, out_row, add);
  });
}

/* --- Convolutions --------------------------------------------------------------------------------- */

/* Rows of matrices, and matrices, are kept apart by one line of cache more than they need, because powers of
   two would all compete for the same few lines. */
#define APART (64 / (Int)sizeof(float))

/* Rows of a left factor come in multiples of ROWS: what the last hold is computed and not used. */
INLINE Int padded(Int rows) { return (rows + ROWS - 1) / ROWS * ROWS; }

struct Shape {
  Int images;
  Tiles tiles;
  Int chunk, correlated_chunk; /* tiles at once */
  bool alone;                  /* whether each thread takes images of its own in `convolve` */
  Int parts;                   /* of the tiles, each with its own sums in `correlate` */
  Int phases;                  /* sets of samples, each with its own filters */
  Grid from[4], to;
  Taps taps;
  Int filter_offset[4];

  Int depth() const { return phases * from[0].channels; }
};

/* How `convolve` and its transpose use `work`: transformed filters, then the left factor and the products of a
   chunk of tiles, of each thread that works alone. */
struct Work {
  Int filter_stride, row, left_stride, out_row, product_stride, positions;

  Work(Int positions, Int chunk, Int depth, Int columns)
      : filter_stride(depth * columns + APART), row(depth + APART), left_stride(chunk * row + APART),
        out_row(columns + APART), product_stride(chunk * out_row + APART), positions(positions) {}

  float *left(float *work, Int thread) const {
    return work + positions * (filter_stride + thread * (left_stride + product_stride));
  }
  float *products(float *work, Int thread) const { return left(work, thread) + positions * left_stride; }
  Int size(Int threads) const { return left(nullptr, threads) - (float *)nullptr; }
};

/* Let `each(team, thread, begin, end)` do all tiles: threads that are alone those of their own images, which
   keeps what they write in their own caches; threads that share all of them, which reads filters only once. */
template <typename Each> static void in_teams(const Shape &of, Each each) {
  const Int of_image = of.tiles.rows * of.tiles.columns;
#pragma omp parallel
  {
    const Int thread = omp_get_thread_num(), threads = omp_get_num_threads();
    if (of.alone && of.images >= threads)
      each(Team{0, 1}, thread, of.images * thread / threads * of_image,
           of.images * (thread + 1) / threads * of_image);
    else
      each(Team{thread, threads}, 0, 0, of.tiles.count);
  }
}

/* The sum over the phases of the convolutions of their samples. */
template <int r, typename Cell>
static void convolve(const Shape &of, const float *images, const float *filters, const float *bias,
                     float *out, float *right) {
  constexpr int positions = Filter<r>::samples * Filter<r>::samples;
  const Int depth = of.depth() / Cell::values, columns = of.to.channels;
  const Work work(positions, of.chunk, depth, columns);
  for (int phase = 0; phase < of.phases; phase++)
    transform_filters<r, Cell>(of.taps, filters + of.filter_offset[phase], right, work.filter_stride, depth,
                               columns, phase * of.taps.inputs, 0);
  in_teams(of, [&](const Team &team, Int thread, Int begin, Int end) {
    float *left = work.left(right, thread), *products = work.products(right, thread);
    for (Int first = begin; first < end; first += of.chunk) {
      const Int rows = std::min(of.chunk, end - first);
      team.share(rows, [&](Int tile) {
        for (int phase = 0; phase < of.phases; phase++)
          transform_samples<r>(
              of.from[phase], of.tiles, first + tile, images, [&](int p, Int channel, V value) {
                const Int index = phase * of.from[0].channels + channel;
                Cell::store_along(left + p * work.left_stride + tile * work.row, index, value);
              });
      });
      multiply_positions<Cell>(team, positions, left, work.left_stride, work.row, 1, right,
                               work.filter_stride, depth, columns, padded(rows), products,
                               work.product_stride, work.out_row, false);
      team.share(rows, [&](Int tile) {
        transform_products<r>(of.to, of.tiles, first + tile, products + tile * work.out_row,
                              work.product_stride, bias, out);
      });
    }
  });
}

/* The transpose of `convolve`, from its outputs to its images: what it is multiplied with when gradients go
   back, and a transposed convolution. A bias is added. */
template <int r, typename Cell>
static void convolve_transposed(const Shape &of, const float *outputs, const float *filters,
                                const float *bias, float *images, float *right) {
  constexpr int positions = Filter<r>::samples * Filter<r>::samples;
  const Int depth = of.to.channels / Cell::values, columns = of.depth();
  const Int of_image = of.tiles.rows * of.tiles.columns;
  const Work work(positions, of.chunk, depth, columns);
  for (int phase = 0; phase < of.phases; phase++)
    transform_filters<r, Cell>(of.taps.transposed(), filters + of.filter_offset[phase], right,
                               work.filter_stride, depth, columns, 0, phase * of.taps.inputs);
  in_teams(of, [&](const Team &team, Int thread, Int begin, Int end) {
    float *left = work.left(right, thread), *products = work.products(right, thread);
    for (Int first = begin; first < end; first += of.chunk) {
      const Int rows = std::min(of.chunk, end - first);
      team.share(rows, [&](Int tile) {
        transform_gradients<r>(of.to, of.tiles, first + tile, outputs, [&](int p, Int channel, V value) {
          Cell::store_along(left + p * work.left_stride + tile * work.row, channel, value);
        });
      });
      multiply_positions<Cell>(team, positions, left, work.left_stride, work.row, 1, right,
                               work.filter_stride, depth, columns, padded(rows), products,
                               work.product_stride, work.out_row, false);
      /* Tiles of an image overlap, so they are taken in turn; those of another phase or image do not. */
      const Int image = first / of_image, images_here = (first + rows - 1) / of_image - image + 1;
      team.share(images_here * of.phases, [&](Int i) {
        const Int phase = i % of.phases, from = (image + i / of.phases) * of_image;
        for (Int tile = std::max(first, from); tile < std::min(first + rows, from + of_image); tile++)
          transform_products_back<r>(
              of.from[phase], of.tiles, tile,
              products + (tile - first) * work.out_row + phase * of.from[phase].channels,
              work.product_stride, bias, images);
      });
    }
  });
}

/* How `correlate` uses `work`: sums of each part, then samples and gradients of a chunk of tiles, of each thread
   that works alone. */
struct CorrelationWork {
  Int filter_stride, row, left_stride, right_stride, positions, parts;

  CorrelationWork(Int positions, Int parts, Int chunk, Int rows, Int columns)
      : filter_stride(rows * columns + APART), row(rows + APART), left_stride(chunk * row + APART),
        right_stride(chunk * columns + APART), positions(positions), parts(parts) {}

  float *sums(float *work, Int part) const { return work + part * positions * filter_stride; }
  float *left(float *work, Int thread) const {
    return sums(work, parts) + positions * thread * (left_stride + right_stride);
  }
  float *right(float *work, Int thread) const { return left(work, thread) + positions * left_stride; }
  Int size(Int threads) const { return left(nullptr, threads) - (float *)nullptr; }
};

/* The gradient of `convolve` with respect to the transformed filters, of tiles from `begin` to `end`. */
template <int r, typename Cell>
static void correlate_tiles(const Shape &of, const CorrelationWork &work, const Team &team, Int begin,
                            Int end, const float *images, const float *gradients, float *sums, float *left,
                            float *right) {
  const Int rows = of.depth(), columns = of.to.channels;
  for (Int first = begin; first < end; first += of.correlated_chunk) {
    const Int tiles = std::min(of.correlated_chunk, end - first);
    const Int depth = (tiles + Cell::values - 1) / Cell::values;
    team.share(depth, [&](Int cell) {
      for (int part = 0; part < Cell::values && cell * Cell::values + part < tiles; part++) {
        const Int tile = first + cell * Cell::values + part;
        for (int phase = 0; phase < of.phases; phase++)
          transform_samples<r>(of.from[phase], of.tiles, tile, images, [&](int p, Int channel, V value) {
            const Int index = phase * of.from[0].channels + channel;
            Cell::store_part(left + p * work.left_stride + cell * work.row + index, part, value);
          });
        transform_gradients<r>(of.to, of.tiles, tile, gradients, [&](int p, Int channel, V value) {
          const Int index = in_panels(columns, depth, cell, channel);
          Cell::store_part(right + p * work.right_stride + index, part, value);
        });
      }
    });
    multiply_positions<Cell>(team, work.positions, left, work.left_stride, 1, work.row, right,
                             work.right_stride, depth, columns, rows, sums, work.filter_stride, columns,
                             first > begin);
  }
}

/* The gradient of `convolve` with respect to the filters: by all threads together or, where there are parts, by
   each alone. There are as many parts, whose sums are added in turn, whatever the number of threads. */
template <int r, typename Cell>
static void correlate(const Shape &of, const float *images, const float *gradients, float *filters,
                      float *memory) {
  constexpr int positions = Filter<r>::samples * Filter<r>::samples;
  const Int rows = of.depth(), columns = of.to.channels, count = of.tiles.count;
  const CorrelationWork work(positions, of.parts, of.correlated_chunk / Cell::values, rows, columns);
  float *sums = work.sums(memory, 0);
#pragma omp parallel
  {
    const Int thread = omp_get_thread_num(), threads = omp_get_num_threads();
    if (of.parts == 1)
      correlate_tiles<r, Cell>(of, work, Team{thread, threads}, 0, count, images, gradients, sums,
                               work.left(memory, 0), work.right(memory, 0));
    else {
#pragma omp for schedule(static)
      for (Int part = 0; part < of.parts; part++)
        correlate_tiles<r, Cell>(of, work, Team{0, 1}, count * part / of.parts,
                                 count * (part + 1) / of.parts, images, gradients, work.sums(memory, part),
                                 work.left(memory, thread), work.right(memory, thread));
#pragma omp for schedule(static)
      for (Int i = 0; i < positions * work.filter_stride; i += APART)
        for (Int part = 1; part < of.parts; part++)
          for (Int j = i; j < i + APART; j++)
            sums[j] += work.sums(memory, part)[j];
    }
  }
  for (int phase = 0; phase < of.phases; phase++)
    transform_filters_back<r>(of.taps, filters + of.filter_offset[phase], sums, work.filter_stride,
                              phase * of.taps.inputs);
}

/* --- What `library.py` calls ---------------------------------------------------------------------- */

/* `shape`: images; height and width that tiles cover, in outputs; chunk and `correlate`'s chunk, in tiles;
   whether each thread works alone in `convolve`; parts; height, width, channels and step of the samples; height,
   width and channels of the outputs; strides of a filter's input channel, output channel, row and column; phases, and of each the row and column offset of its samples and the offset of its
   first tap. */
static Shape read(const Int *shape) {
  const Int rows = (shape[1] + OUTPUTS - 1) / OUTPUTS, columns = (shape[2] + OUTPUTS - 1) / OUTPUTS;
  const Int *samples = shape + 7, *outputs = samples + 4, *taps = outputs + 3, *phases = taps + 4;
  Shape of;
  of.images = shape[0];
  of.tiles = {rows, columns, shape[0] * rows * columns};
  of.chunk = shape[3];
  of.correlated_chunk = shape[4];
  of.alone = shape[5];
  of.parts = shape[6];
  of.to = {outputs[0], outputs[1], outputs[2], 1, 0, 0};
  of.taps = {taps[0], taps[1], taps[2], taps[3], samples[2], outputs[2]};
  of.phases = phases[0];
  for (int i = 0; i < of.phases; i++) {
    const Int *phase = phases + 1 + 3 * i;
    of.from[i] = {samples[0], samples[1], samples[2], samples[3], phase[0], phase[1]};
    of.filter_offset[i] = phase[2];
  }
  return of;
}

/* Floats of `work` that each of the three needs, at most, with as many threads as there may be now. */
extern "C" Int work_size(const Int *shape, Int taps) {
  const Shape of = read(shape);
  const Int positions = (OUTPUTS + taps - 1) * (OUTPUTS + taps - 1), depth = of.depth(),
            columns = of.to.channels, threads = omp_get_max_threads();
  const Int convolved = std::max(Work(positions, of.chunk, depth, columns).size(of.alone ? threads : 1),
                                 Work(positions, of.chunk, columns, depth).size(of.alone ? threads : 1));
  const CorrelationWork work(positions, of.parts, of.correlated_chunk, depth, columns);
  return std::max(convolved, work.size(of.parts > 1 ? threads : 1));
}

#define EXPORTED(r, Cell, suffix)                                                                            \
  extern "C" void convolve_##r##suffix(const Int *shape, const float *images, const float *filters,          \
                                       const float *bias, float *outputs, float *work) {                     \
    convolve<r, Cell>(read(shape), images, filters, bias, outputs, work);                                    \
  }                                                                                                          \
  extern "C" void convolve_transposed_##r##suffix(const Int *shape, const float *outputs,                    \
                                                  const float *filters, const float *bias, float *images,    \
                                                  float *work) {                                             \
    convolve_transposed<r, Cell>(read(shape), outputs, filters, bias, images, work);                         \
  }                                                                                                          \
  extern "C" void correlate_##r##suffix(const Int *shape, const float *images, const float *gradients,       \
                                        float *filters, float *work) {                                       \
    correlate<r, Cell>(read(shape), images, gradients, filters, work);                                       \
  }
EXPORTED(2, Single, )
EXPORTED(3, Single, )
#ifdef __AVX512BF16__
EXPORTED(2, Pair, _bfloat16)
EXPORTED(3, Pair, _bfloat16)
#endif

extern "C" int has_bfloat16(void) {
#ifdef __AVX512BF16__
  return 1;
#else
  return 0;
#endif
}
