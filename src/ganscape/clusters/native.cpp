/* Full-batch games of small multilayer perceptrons, one at a time, each in the processor's nearest memory.

   `native.py` compiles this file anew for every kind of game and passes its sizes as macros, so that all
   loops over units and layers have constant bounds:

     REAL, REAL_IS_FLOAT             float or double, and which of the two
     POINTS                          real points, and generated ones
     D_SIZES, G_SIZES                units of each layer, input first: 1, 10, 10, 1
     D_LAYERS, G_LAYERS              how many layers have weights
     D_ACTIVATION, G_ACTIVATION      one of `Activation`
     LEAK                            slope of LEAKY_RELU for negative values
     D_PAIRED                        whether h sees f(x_i) - f(y_i), or h1 sees f(x_i) and h2 -f(y_i)
     G_PAIRED                        whether the generator's score sees f(y_i) - f(x_i), or f(y_i)
     H1, H2, SCORE                   the scalar functions below (H1 = H2 = h of a paired objective)
     SEPARABLE_FACTOR                of a separable discriminator loss
     PENALTY_WEIGHT                  of the gradient penalty in the discriminator's loss; 0 if there is none
     D_STEPS, G_STEPS, SIMULTANEOUS  what one iteration is
     D_OPTIMISER, G_OPTIMISER        the functions below: sgd, adam, rmsprop
     OBSERVED                        points at which f is observed

   A network's parameters are one row: weights (out x in) and biases, layer after layer. Values of a layer lie
   as [unit][tile], a tile being LANES points side by side; the last tile is padded, and no gradient comes
   from padding. Nothing depends on how many games there are, so a game alone is the same game to the bit. */

#include <cmath>
#include <cstdint>
#include <cstring>

#ifdef __AVX512F__
#define VECTOR_BYTES 64
#else
#define VECTOR_BYTES 32
#endif
#define LANES (VECTOR_BYTES / (int)sizeof(REAL))
#define TILES_OF(points) (((points) + LANES - 1) / LANES)
#define TILES TILES_OF(POINTS)
#define OBSERVED_TILES TILES_OF(OBSERVED)
#define INLINE static inline __attribute__((always_inline))
#define UNROLLED _Pragma("GCC unroll 8")

#if REAL_IS_FLOAT
typedef int32_t INTEGER;
#define MANTISSA_BITS 23
#define EXPONENT_BIAS 127
#define LARGEST_EXPONENT 87
#define EXP_DEGREE 6
#else
typedef int64_t INTEGER;
#define MANTISSA_BITS 52
#define EXPONENT_BIAS 1023
#define LARGEST_EXPONENT 708
#define EXP_DEGREE 13
#endif

typedef REAL V __attribute__((vector_size(VECTOR_BYTES)));
typedef INTEGER M __attribute__((vector_size(VECTOR_BYTES)));

/* --- Scalar functions, on vectors ----------------------------------------------------------------- */

INLINE V all(REAL value) { return (V){0} + value; }

INLINE V either(M condition, V yes, V no) { return condition ? yes : no; }

INLINE REAL total(V vector) {
    REAL sum = 0;
    for (int lane = 0; lane < LANES; lane++) sum += vector[lane];
    return sum;
}

INLINE V root(V t) {
    for (int lane = 0; lane < LANES; lane++) t[lane] = std::sqrt(t[lane]);
    return t;
}

/* e^t = 2^n e^r with |r| <= log(2)/2 and Taylor's series, to two units in the last place; saturates where REAL would
   overflow. Adding the magic number leaves the nearest integer n in the low bits. */
INLINE V exponential(V t) {
    static const REAL inverse_factorial[] = {
        1.0, 1.0, 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040, 1.0 / 40320, 1.0 / 362880,
        1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800.0};
    const REAL magic = (REAL)1.5 * ((INTEGER)1 << MANTISSA_BITS);
    const REAL high = (REAL)0.693145751953125, low = (REAL)1.428606820309417232e-6; /* log(2), exact product */
    const V least = all(-LARGEST_EXPONENT), greatest = all(LARGEST_EXPONENT);
    t = t > least ? t : least; /* written so that it is the processor's own maximum */
    t = t < greatest ? t : greatest;
    V shifted = t * (REAL)1.4426950408889634 + magic;
    V n = shifted - magic;
    V r = (t - n * high) - n * low;
    V series = all(inverse_factorial[EXP_DEGREE]);
    UNROLLED for (int k = EXP_DEGREE - 1; k >= 0; k--) series = series * r + inverse_factorial[k];
    return (V)((M)series + ((M)shifted << MANTISSA_BITS));
}

INLINE V logistic_function(V t) { return (REAL)1 / ((REAL)1 + exponential(-t)); }

/* Activations, by names that are constants, so that the compiler chooses; slopes are functions of the value. */
enum Activation { NONE, SIGMOID, TANH, RELU, LEAKY_RELU };

INLINE V activated(Activation activation, V t) {
    switch (activation) {
    case SIGMOID: return logistic_function(t);
    case TANH: return (REAL)2 * logistic_function((REAL)2 * t) - (REAL)1;
    case RELU: return either(t < 0, all(0), t);
    case LEAKY_RELU: return either(t < 0, (REAL)LEAK * t, t);
    default: return t;
    }
}

INLINE V activation_slope(Activation activation, V value) {
    switch (activation) {
    case SIGMOID: return value * ((REAL)1 - value);
    case TANH: return (REAL)1 - value * value;
    case RELU: return either(value > 0, all(1), all(0));
    case LEAKY_RELU: return either(value > 0, all(1), all(LEAK));
    default: return all(1);
    }
}

/* The second derivative divided by the first, of the value too. */
INLINE V activation_bend(Activation activation, V value) {
    switch (activation) {
    case SIGMOID: return (REAL)1 - (REAL)2 * value;
    case TANH: return (REAL)-2 * value;
    default: return all(0);
    }
}

/* Slopes of the scalar functions of ganscape.objectives, by the same names. */
INLINE V logistic_slope(V t) { return logistic_function(-t); }
INLINE V hinge_slope(V t) { return either(t < 1, all(1), all(0)); }
INLINE V minus_squared_distance_to_one_slope(V t) { return (REAL)2 * ((REAL)1 - t); }
INLINE V minus_square_slope(V t) { return (REAL)-2 * t; }
INLINE V identity_slope(V t) { return all(1) + 0 * t; }

#define JOINED(a, b) a##b
#define SLOPE(function) JOINED(function, _slope)

/* --- Networks --------------------------------------------------------------------------------------- */

INLINE int parameter_count(const int *sizes, int layers) {
    int count = 0;
    UNROLLED for (int l = 0; l < layers; l++) count += (sizes[l] + 1) * sizes[l + 1];
    return count;
}

INLINE int unit_count(const int *sizes, int layers) { /* without the inputs */
    int count = 0;
    UNROLLED for (int l = 0; l < layers; l++) count += sizes[l + 1];
    return count;
}

/* Where the last layer's are among what lies as all units do. */
INLINE V *outputs(const int *sizes, int layers, int tiles, V *units) {
    return units + (unit_count(sizes, layers) - sizes[layers]) * tiles;
}

/* `rows` x `columns` values of a layer, a block that stays in registers; biases may be 0. */
INLINE void affine_block(int rows, int columns, int from, int tiles, const REAL *weights, const REAL *biases,
                         const V *in, V *out, Activation activation) {
    V sums[2][4];
    UNROLLED for (int r = 0; r < rows; r++)
        UNROLLED for (int c = 0; c < columns; c++) sums[r][c] = all(biases ? biases[r] : 0);
    for (int i = 0; i < from; i++)
        UNROLLED for (int r = 0; r < rows; r++)
            UNROLLED for (int c = 0; c < columns; c++) sums[r][c] += weights[r * from + i] * in[i * tiles + c];
    UNROLLED for (int r = 0; r < rows; r++)
        UNROLLED for (int c = 0; c < columns; c++)
            out[r * tiles + c] = activated(activation, sums[r][c]);
}

INLINE void affine_rows(int rows, int from, int tiles, const REAL *weights, const REAL *biases, const V *in, V *out,
                        Activation activation) {
    int t = 0;
    for (; t + 4 <= tiles; t += 4)
        affine_block(rows, 4, from, tiles, weights, biases, in + t, out + t, activation);
    for (; t < tiles; t++) affine_block(rows, 1, from, tiles, weights, biases, in + t, out + t, activation);
}

INLINE void affine(int from, int to, int tiles, const REAL *weights, const REAL *biases, const V *in, V *out,
                   Activation activation) {
    int j = 0;
    for (; j + 2 <= to; j += 2)
        affine_rows(2, from, tiles, weights + j * from, biases ? biases + j : 0, in, out + j * tiles, activation);
    for (; j < to; j++)
        affine_rows(1, from, tiles, weights + j * from, biases ? biases + j : 0, in, out + j * tiles, activation);
}

/* All units, layer after layer; returns where those of the last one are. */
INLINE V *forward(const int *sizes, int layers, Activation activation, int tiles, const REAL *parameters,
                  const V *in, V *units) {
    UNROLLED for (int l = 0; l < layers; l++) {
        int from = sizes[l], to = sizes[l + 1];
        affine(from, to, tiles, parameters, parameters + from * to, in, units, l + 1 < layers ? activation : NONE);
        parameters += (from + 1) * to;
        in = units;
        units += to * tiles;
    }
    return units - sizes[layers] * tiles;
}

/* What becomes of a gradient: it replaces what is there, or is added to it. */
enum Output { REPLACE, ADD };

template <typename T> INLINE void put(Output output, T *to, T value) { *to = output == ADD ? *to + value : value; }

/* Gradients of one layer's weights, and of its biases unless they are 0, from those of its values; `in` and `deltas`
   are (units x tiles). */
INLINE void weight_gradients(int from, int to, int tiles, const V *in, const V *deltas, REAL *weights, REAL *biases,
                             Output output) {
    for (int j = 0; j < to; j++) {
        const V *delta = deltas + j * tiles;
        REAL *row = weights + j * from;
        if (biases) {
            V sum = {0};
            for (int t = 0; t < tiles; t++) sum += delta[t];
            put(output, biases + j, total(sum));
        }
        int i = 0;
        for (; i + 5 <= from; i += 5) {
            V sums[5] = {{0}};
            for (int t = 0; t < tiles; t++)
                UNROLLED for (int k = 0; k < 5; k++) sums[k] += delta[t] * in[(i + k) * tiles + t];
            UNROLLED for (int k = 0; k < 5; k++) put(output, row + i + k, total(sums[k]));
        }
        for (; i < from; i++) {
            V rest = {0};
            for (int t = 0; t < tiles; t++) rest += delta[t] * in[i * tiles + t];
            put(output, row + i, total(rest));
        }
    }
}

/* Gradients with respect to a layer's inputs, times the slope of the activation that made them (or 1). */
INLINE void input_block(int columns, int from, int to, int tiles, const REAL *weights, const V *in, const V *deltas,
                        V *out, Activation activation, Output output) {
    V sums[4];
    UNROLLED for (int c = 0; c < columns; c++) sums[c] = all(0);
    for (int j = 0; j < to; j++)
        UNROLLED for (int c = 0; c < columns; c++) sums[c] += weights[j * from] * deltas[j * tiles + c];
    UNROLLED for (int c = 0; c < columns; c++) put(output, out + c, sums[c] * activation_slope(activation, in[c]));
}

INLINE void input_gradients(int from, int to, int tiles, const REAL *weights, const V *in, const V *deltas, V *out,
                            Activation activation, Output output) {
    for (int i = 0; i < from; i++) {
        const V *row = in + i * tiles;
        V *out_row = out + i * tiles;
        int t = 0;
        for (; t + 4 <= tiles; t += 4)
            input_block(4, from, to, tiles, weights + i, row + t, deltas + t, out_row + t, activation, output);
        for (; t < tiles; t++)
            input_block(1, from, to, tiles, weights + i, row + t, deltas + t, out_row + t, activation, output);
    }
}

/* From the gradients of the outputs, which are in `deltas` already, to those of all units before their activations,
   which lie there as `units` do, and to those of the parameters and of the inputs, the last two unless they are 0.
   `deltas` may be `units`, whose values are then lost. */
INLINE void backward(const int *sizes, int layers, Activation activation, int tiles, const REAL *parameters,
                     const V *in, const V *units, V *deltas, REAL *gradient, V *in_deltas, Output output) {
    int parameters_end = parameter_count(sizes, layers), units_end = unit_count(sizes, layers);
    deltas = outputs(sizes, layers, tiles, deltas);
    UNROLLED for (int l = layers - 1; l >= 0; l--) {
        int from = sizes[l], to = sizes[l + 1];
        parameters_end -= (from + 1) * to;
        units_end -= to;
        const V *below = l ? units + (units_end - from) * tiles : in;
        REAL *of_layer = gradient + parameters_end;
        if (gradient) weight_gradients(from, to, tiles, below, deltas, of_layer, of_layer + from * to, output);
        if (l || in_deltas) {
            V *passed_on = l ? deltas - from * tiles : in_deltas;
            input_gradients(from, to, tiles, parameters + parameters_end, below, deltas, passed_on,
                            l ? activation : NONE, output);
            deltas = passed_on;
        }
    }
}

/* Tangents a' of all units along those of the inputs, and how the output's tangent, summed over points, depends on
   what it is made of. A layer has z = W a + b and z' = W a', and passes on phi(z) and phi'(z) z'. `deltas` are
   the output's derivatives by z, which are those of its tangent by z'. So W gets deltas a'^T, added to `gradient`;
   z gets phi''(z) z' times the derivative by phi(z), which is bend z' deltas, left in `deltas`. What reaches z by
   way of the layers above is not there yet: `backward` adds it, and what it means for the parameters. */
INLINE void forward_tangents(const int *sizes, int layers, Activation activation, int tiles, const REAL *parameters,
                             const V *in, const V *units, V *deltas, V *tangents, REAL *gradient) {
    UNROLLED for (int l = 0; l < layers; l++) {
        int from = sizes[l], to = sizes[l + 1];
        Activation own = l + 1 < layers ? activation : NONE;
        weight_gradients(from, to, tiles, in, deltas, gradient, 0, ADD);
        affine(from, to, tiles, parameters, 0, in, tangents, NONE);
        for (int k = 0; k < to * tiles; k++) {
            deltas[k] *= activation_bend(own, units[k]) * tangents[k];
            tangents[k] *= activation_slope(own, units[k]);
        }
        parameters += (from + 1) * to;
        gradient += (from + 1) * to;
        in = tangents;
        units += to * tiles;
        deltas += to * tiles;
        tangents += to * tiles;
    }
}

/* --- Optimisers, as PyTorch defines them; `first` and `second` are their moments -------------------- */

struct Optimiser {
    REAL learning_rate, decay, second_decay, epsilon;
};

INLINE void sgd(Optimiser o, int count, int64_t step, const REAL *gradient, REAL *first, REAL *second, REAL *values) {
    for (int k = 0; k < count; k++) {
        first[k] = o.decay * first[k] + gradient[k];
        values[k] -= o.learning_rate * first[k];
    }
}

INLINE void adam(Optimiser o, int count, int64_t step, const REAL *gradient, REAL *first, REAL *second,
                 REAL *values) {
    const REAL rate = o.learning_rate / (1 - std::pow((double)o.decay, step));
    const REAL correction = std::sqrt(1 - std::pow((double)o.second_decay, step));
    for (int k = 0; k < count; k++) {
        first[k] += (1 - o.decay) * (gradient[k] - first[k]);
        second[k] = o.second_decay * second[k] + (1 - o.second_decay) * gradient[k] * gradient[k];
        values[k] -= rate * first[k] / (std::sqrt(second[k]) / correction + o.epsilon);
    }
}

INLINE void rmsprop(Optimiser o, int count, int64_t step, const REAL *gradient, REAL *first, REAL *second,
                    REAL *values) {
    for (int k = 0; k < count; k++) {
        second[k] = o.decay * second[k] + (1 - o.decay) * gradient[k] * gradient[k];
        values[k] -= o.learning_rate * gradient[k] / (std::sqrt(second[k]) + o.epsilon);
    }
}

/* --- The game --------------------------------------------------------------------------------------- */

static constexpr int D[] = {D_SIZES}, G[] = {G_SIZES};
static constexpr bool PENALISED = PENALTY_WEIGHT != 0;

#define D_PARAMETERS parameter_count(D, D_LAYERS)
#define G_PARAMETERS parameter_count(G, G_LAYERS)
#define D_UNITS unit_count(D, D_LAYERS)
#define G_UNITS unit_count(G, G_LAYERS)
#define OF_D D, D_LAYERS, D_ACTIVATION
#define OF_G G, G_LAYERS, G_ACTIVATION

/* Points (inputs x points) as tiles, `tiles` of them a row, from the first one on. */
INLINE void pack(int inputs, int points, int tiles, const REAL *from, V *to) {
    for (int i = 0; i < inputs; i++) {
        REAL *row = (REAL *)(to + i * tiles);
        memset(row, 0, TILES_OF(points) * sizeof(V));
        memcpy(row, from + i * points, points * sizeof(REAL));
    }
}

INLINE void unpack(int outputs, int points, int tiles, const V *from, REAL *to) {
    for (int i = 0; i < outputs; i++) memcpy(to + i * points, from + i * tiles, points * sizeof(REAL));
}

/* Puts the gradient of the discriminator's loss in place of its logits, real ones first. */
INLINE void judge(V *logits, const V *weights) {
    for (int t = 0; t < TILES; t++) {
        V real = logits[t], fake = logits[TILES + t], weight = weights[t];
#if D_PAIRED
        logits[t] = -weight * SLOPE(H1)(real - fake);
        logits[TILES + t] = -logits[t];
#else
        logits[t] = -weight * (REAL)SEPARABLE_FACTOR * SLOPE(H1)(real);
        logits[TILES + t] = weight * (REAL)SEPARABLE_FACTOR * SLOPE(H2)(-fake);
#endif
    }
}

/* The penalty, PENALTY_WEIGHT * mean_i (|g_i| - 1)^2, where g_i is the gradient of f at a point between x_i and y_i.
   Its gradient, which is added to `gradient`, is that of sum_i <v_i, g_i>, where v_i, the penalty's derivative by
   g_i, stands still. <v_i, g_i> is the tangent of f along v_i: one a point will do, whatever the dimension. */
INLINE REAL penalise(const REAL *parameters, const V *data, const REAL *positions, const V *weights, REAL *gradient) {
    const int inputs = D[0];
    V position[TILES], between[inputs * TILES], slopes[inputs * TILES], penalties = {0};
    V units[D_UNITS * TILES], deltas[D_UNITS * TILES], tangents[D_UNITS * TILES];

    pack(1, POINTS, TILES, positions, position);
    for (int i = 0; i < inputs; i++)
        for (int t = 0; t < TILES; t++) {
            V real = data[2 * i * TILES + t], fake = data[(2 * i + 1) * TILES + t];
            between[i * TILES + t] = fake + position[t] * (real - fake);
        }
    forward(OF_D, TILES, parameters, between, units);
    for (int t = 0; t < TILES; t++) outputs(D, D_LAYERS, TILES, deltas)[t] = all(1);
    backward(OF_D, TILES, parameters, between, units, deltas, 0, slopes, REPLACE);

    for (int t = 0; t < TILES; t++) { /* from g_i to v_i, which is 0 where g_i is, as PyTorch has it */
        V squares = {0};
        for (int i = 0; i < inputs; i++) squares += slopes[i * TILES + t] * slopes[i * TILES + t];
        V norm = root(squares), excess = norm - 1;
        penalties += weights[t] * excess * excess;
        V factor = either(norm == 0, all(0), (REAL)(2 * PENALTY_WEIGHT) * weights[t] * excess / norm);
        for (int i = 0; i < inputs; i++) slopes[i * TILES + t] *= factor;
    }
    forward_tangents(OF_D, TILES, parameters, slopes, units, deltas, tangents, gradient);
    backward(OF_D, TILES, parameters, between, units, deltas, gradient, 0, ADD);
    return (REAL)PENALTY_WEIGHT * total(penalties);
}

/* Not inlined: in either of its places the compiler might fuse other products and sums, and a game would depend on
   how many iterations are asked for at a time. */
static __attribute__((noinline)) const V *generate(const REAL *parameters, const V *noise, V *units) {
    return forward(OF_G, TILES, parameters, noise, units);
}

/* A player: three rows, of its parameters and of its optimiser's two moments. */
struct Player {
    REAL *parameters, *first, *second;
    Optimiser optimiser;
    int64_t steps;
};

INLINE Player player(REAL *rows, int count, const double *settings, int64_t steps) {
    Optimiser optimiser = {(REAL)settings[0], (REAL)settings[1], (REAL)settings[2], (REAL)settings[3]};
    return {rows, rows + count, rows + 2 * count, optimiser, steps};
}

/* `iterations` of one game; after every `every`-th one it is observed. The logits, real ones first, and the penalty
   are those of the last discriminator step. */
static void play_one(int iterations, int every, Player d, Player g, const REAL *real, const REAL *latents,
                     const REAL *positions, const REAL *observed, REAL *points_out, REAL *observed_out,
                     REAL *logits_out, REAL *penalties_out) {
    const int inputs = D[0];
    V data[inputs * 2 * TILES]; /* what D judges: in every row the real points, then the generated ones */
    V noise[G[0] * TILES], probes[inputs * OBSERVED_TILES], weights[TILES];
    /* D's gradients take the place of its units: there is not room for both in a processor's nearest memory. */
    V d_units[D_UNITS * (2 * TILES > OBSERVED_TILES ? 2 * TILES : OBSERVED_TILES)];
    V g_units[G_UNITS * TILES], g_deltas[G_UNITS * TILES], *fake_deltas = outputs(G, G_LAYERS, TILES, g_deltas);
    REAL gradient[D_PARAMETERS > G_PARAMETERS ? D_PARAMETERS : G_PARAMETERS], d_before[D_PARAMETERS];

    pack(inputs, POINTS, 2 * TILES, real, data);
    pack(G[0], POINTS, TILES, latents, noise);
    pack(inputs, OBSERVED, OBSERVED_TILES, observed, probes);
    for (int p = 0; p < TILES * LANES; p++) ((REAL *)weights)[p] = p < POINTS ? (REAL)1 / POINTS : 0;

    const V *generated = generate(g.parameters, noise, g_units);
    for (int iteration = 1; iteration <= iterations; iteration++) {
        for (int i = 0; i < inputs; i++)
            memcpy(data + (2 * i + 1) * TILES, generated + i * TILES, TILES * sizeof(V));
        memcpy(d_before, d.parameters, sizeof(d_before));
        for (int step = 0; step < D_STEPS; step++) {
            const bool seen = step + 1 == D_STEPS && iteration % every == 0;
            V *logits = forward(OF_D, 2 * TILES, d.parameters, data, d_units);
            if (seen) {
                unpack(1, POINTS, 0, logits, logits_out);
                unpack(1, POINTS, 0, logits + TILES, logits_out + POINTS);
                logits_out += 2 * POINTS;
            }
            judge(logits, weights);
            backward(OF_D, 2 * TILES, d.parameters, data, d_units, d_units, gradient, 0, REPLACE);
            if (PENALISED) {
                REAL penalty = penalise(d.parameters, data, positions, weights, gradient);
                positions += POINTS;
                if (seen) *penalties_out++ = penalty;
            }
            D_OPTIMISER(d.optimiser, D_PARAMETERS, ++d.steps, gradient, d.first, d.second, d.parameters);
        }

        const REAL *opponent = SIMULTANEOUS ? d_before : d.parameters;
#if G_PAIRED
        V real_logits[TILES];
        memcpy(real_logits, forward(OF_D, 2 * TILES, opponent, data, d_units), sizeof(real_logits));
#endif
        for (int step = 0; step < G_STEPS; step++) {
            /* The units of G are those of its present parameters. */
            V *logits = forward(OF_D, TILES, opponent, generated, d_units);
            for (int t = 0; t < TILES; t++) {
#if G_PAIRED
                logits[t] = -weights[t] * SLOPE(SCORE)(logits[t] - real_logits[t]);
#else
                logits[t] = -weights[t] * SLOPE(SCORE)(logits[t]);
#endif
            }
            backward(OF_D, TILES, opponent, generated, d_units, d_units, 0, fake_deltas, REPLACE);
            backward(OF_G, TILES, g.parameters, noise, g_units, g_deltas, gradient, 0, REPLACE);
            G_OPTIMISER(g.optimiser, G_PARAMETERS, ++g.steps, gradient, g.first, g.second, g.parameters);
            generated = generate(g.parameters, noise, g_units);
        }

        if (iteration % every == 0) {
            unpack(inputs, POINTS, TILES, generated, points_out);
            points_out += inputs * POINTS;
            unpack(1, OBSERVED, 0, forward(OF_D, OBSERVED_TILES, d.parameters, probes, d_units), observed_out);
            observed_out += OBSERVED;
        }
    }
}

/* Games first, ..., last - 1 of arrays that have a row (or three, for a player) per game. `positions`, (discriminator
   steps x points) a game, say where the penalty looks, from 0, the generated point, to 1, the real one. Where the
   loss has none, neither they nor `penalties_out` are touched. */
extern "C" void play(int first, int last, int iterations, int every, int64_t iterations_before,
                     const double *d_settings, const double *g_settings, REAL *d, REAL *g, const REAL *real,
                     const REAL *latents, const REAL *positions, const REAL *observed, REAL *points_out,
                     REAL *observed_out, REAL *logits_out, REAL *penalties_out) {
    const int64_t observations = iterations / every, steps = (int64_t)iterations * D_STEPS;
    for (int64_t s = first; s < last; s++)
        play_one(iterations, every,
                 player(d + s * 3 * D_PARAMETERS, D_PARAMETERS, d_settings, iterations_before * D_STEPS),
                 player(g + s * 3 * G_PARAMETERS, G_PARAMETERS, g_settings, iterations_before * G_STEPS),
                 real + s * D[0] * POINTS, latents + s * G[0] * POINTS, positions + s * steps * POINTS, observed,
                 points_out + s * observations * D[0] * POINTS, observed_out + s * observations * OBSERVED,
                 logits_out + s * observations * 2 * POINTS, penalties_out + s * observations);
}
