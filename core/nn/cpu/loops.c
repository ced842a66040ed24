/* loops.c - see loops.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A switch over a kind stands outside its loop, so that each loop is compiled for one formula.
 */

#include "core/nn/cpu/loops.h"

#include "core/nn/cpu/clones.h"
#include "core/nn/formula.h"

#include <string.h>

/* Channels summed at a time: two to four vector registers. */
#define BLOCK 32

/* @width is a constant where it matters. */
INLINE void
sum_block (const float *x, size_t n, size_t c, size_t width, float *out_sums)
{
  float sums[BLOCK] = { 0 };

  for (size_t i = 0; i < n; i++, x += c)
    for (size_t j = 0; j < width; j++)
      sums[j] += x[j];
  memcpy (out_sums, sums, width * sizeof *sums);
}

INLINE void
square_block (
  const float *x, size_t n, size_t c, size_t width, const float *means, float *out_squares)
{
  float sums[BLOCK] = { 0 }, mean[BLOCK] = { 0 };

  memcpy (mean, means, width * sizeof *mean);
  for (size_t i = 0; i < n; i++, x += c)
    for (size_t j = 0; j < width; j++)
      sums[j] += (x[j] - mean[j]) * (x[j] - mean[j]);
  memcpy (out_squares, sums, width * sizeof *sums);
}

/* Calls BODY with the constant widths 32 and 16, then with what is left. */
#define FOR_BLOCKS(c, BODY)                                                                        \
  do                                                                                               \
    {                                                                                              \
      size_t j = 0;                                                                                \
                                                                                                   \
      for (; j + BLOCK <= (c); j += BLOCK)                                                         \
        BODY (BLOCK);                                                                              \
      if (j + BLOCK / 2 <= (c))                                                                    \
        {                                                                                          \
          BODY (BLOCK / 2);                                                                        \
          j += BLOCK / 2;                                                                          \
        }                                                                                          \
      if (j < (c))                                                                                 \
        BODY ((c) -j);                                                                             \
    }                                                                                              \
  while (0)

CLONES void
trp_loop_add_vector (float *y, size_t n, size_t c, const float *v)
{
  for (size_t i = 0; i < n; i++, y += c)
    {
      INDEPENDENT
      for (size_t j = 0; j < c; j++)
        y[j] += v[j];
    }
}

CLONES void
trp_loop_sum_vectors (const float *x, size_t n, size_t c, float *out_sums)
{
#define SUM(width) sum_block (x + j, n, c, width, out_sums + j)
  FOR_BLOCKS (c, SUM);
#undef SUM
}

CLONES void
trp_loop_stats (const float *x, size_t n, size_t c, float *out_means, float *out_squares)
{
#define STATS(width)                                                                               \
  {                                                                                                \
    sum_block (x + j, n, c, width, out_means + j);                                                 \
    for (size_t k = 0; k < (width); k++)                                                           \
      out_means[j + k] /= (float) n;                                                               \
    square_block (x + j, n, c, width, out_means + j, out_squares + j);                             \
  }
  FOR_BLOCKS (c, STATS);
#undef STATS
}

/* @residual: NULL is a constant here too. */
INLINE void
norm_rows (const TrpLoopNorm *norm,
           TrpActivation kind,
           const float *x,
           const float *residual,
           size_t n,
           size_t c,
           float *y)
{
  const float *mean = norm->mean, *scale = norm->scale, *shift = norm->shift;
  const float alpha = norm->alpha;

  for (size_t i = 0; i < n; i++, x += c, y += c, residual += residual ? c : 0)
    {
      INDEPENDENT
      for (size_t j = 0; j < c; j++)
        y[j] = trp_activation_f32 (kind, alpha, (x[j] - mean[j]) * scale[j] + shift[j]) +
               (residual ? residual[j] : 0);
    }
}

/* Calls FUNC with each kind that may be fused into a norm, as a constant. */
#define FOR_KIND(kind, FUNC)                                                                       \
  switch (kind)                                                                                    \
    {                                                                                              \
    case TRP_ACTIVATION_RELU:                                                                      \
      FUNC (TRP_ACTIVATION_RELU);                                                                  \
      break;                                                                                       \
    case TRP_ACTIVATION_LEAKY_RELU:                                                                \
      FUNC (TRP_ACTIVATION_LEAKY_RELU);                                                            \
      break;                                                                                       \
    default:                                                                                       \
      FUNC (TRP_ACTIVATION_NONE);                                                                  \
    }

CLONES void
trp_loop_norm (
  const TrpLoopNorm *norm, const float *x, const float *residual, size_t n, size_t c, float *y)
{
#define ROWS(kind) norm_rows (norm, kind, x, NULL, n, c, y)
#define SUMS(kind) norm_rows (norm, kind, x, residual, n, c, y)
  if (residual)
    FOR_KIND (norm->activation, SUMS)
  else
    FOR_KIND (norm->activation, ROWS)
#undef SUMS
#undef ROWS
}

/* The slope of both fused kinds depends on the sign alone, so the input serves as well as the
 * output. */
INLINE float
norm_slope (const TrpLoopNorm *norm, TrpActivation kind, float x, size_t j)
{
  return trp_activation_slope_f32 (kind, norm->alpha,
                                   (x - norm->mean[j]) * norm->scale[j] + norm->shift[j]);
}

INLINE void
norm_sum_block (const TrpLoopNorm *norm,
                TrpActivation kind,
                const float *x,
                const float *dy,
                size_t n,
                size_t c,
                size_t first,
                size_t width,
                float *out_sums,
                float *out_dots)
{
  float sums[BLOCK] = { 0 }, dots[BLOCK] = { 0 };
  const TrpLoopNorm at = {
    norm->mean + first, norm->inverse_sd + first, norm->scale + first, norm->shift + first, kind,
    norm->alpha
  };

  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < width; j++)
      {
        const float value = x[i * c + first + j];
        const float g = dy[i * c + first + j] * norm_slope (&at, kind, value, j);

        sums[j] += g;
        dots[j] += g * (value - at.mean[j]);
      }
  for (size_t j = 0; j < width; j++)
    {
      out_sums[first + j] = sums[j];
      out_dots[first + j] = dots[j] * at.inverse_sd[j];
    }
}

CLONES void
trp_loop_norm_sums (const TrpLoopNorm *norm,
                    const float *x,
                    const float *dy,
                    size_t n,
                    size_t c,
                    float *out_sums,
                    float *out_dots){
#define SUM(width) norm_sum_block (norm, kind, x, dy, n, c, j, width, out_sums, out_dots)
#define BLOCKS(constant)                                                                           \
  {                                                                                                \
    const TrpActivation kind = constant;                                                           \
    FOR_BLOCKS (c, SUM);                                                                           \
  }
  FOR_KIND (norm->activation, BLOCKS)
#undef BLOCKS
#undef SUM
}

INLINE void norm_gradient_rows (const TrpLoopNorm *norm,
                                TrpActivation kind,
                                const float *x,
                                const float *dy,
                                size_t n,
                                size_t c,
                                const float *mean_g,
                                const float *mean_dot,
                                float *dx)
{
  const TrpLoopNorm at = *norm;

  for (size_t i = 0; i < n; i++, x += c, dy += c, dx += c)
    {
      INDEPENDENT
      for (size_t j = 0; j < c; j++)
        {
          const float g = dy[j] * norm_slope (&at, kind, x[j], j);

          dx[j] = at.scale[j] *
                  (g - mean_g[j] - (x[j] - at.mean[j]) * at.inverse_sd[j] * mean_dot[j]);
        }
    }
}

INLINE void
infer_gradient_rows (const TrpLoopNorm *norm,
                     TrpActivation kind,
                     const float *x,
                     const float *dy,
                     size_t n,
                     size_t c,
                     float *dx)
{
  const TrpLoopNorm at = *norm;

  for (size_t i = 0; i < n; i++, x += c, dy += c, dx += c)
    {
      INDEPENDENT
      for (size_t j = 0; j < c; j++)
        dx[j] = at.scale[j] * (dy[j] * norm_slope (&at, kind, x[j], j));
    }
}

CLONES void
trp_loop_norm_gradient (const TrpLoopNorm *norm,
                        const float *x,
                        const float *dy,
                        size_t n,
                        size_t c,
                        const float *mean_g,
                        const float *mean_dot,
                        float *dx)
{
#define TRAIN(kind) norm_gradient_rows (norm, kind, x, dy, n, c, mean_g, mean_dot, dx)
#define INFER(kind) infer_gradient_rows (norm, kind, x, dy, n, c, dx)
  if (mean_g)
    FOR_KIND (norm->activation, TRAIN)
  else
    FOR_KIND (norm->activation, INFER)
#undef TRAIN
#undef INFER
}

INLINE void
activation_loop (TrpActivation kind, float alpha, const float *x, size_t n, float *y)
{
  INDEPENDENT
  for (size_t i = 0; i < n; i++)
    y[i] = trp_activation_f32 (kind, alpha, x[i]);
}

INLINE void
slope_loop (TrpActivation kind, float alpha, const float *y, const float *dy, size_t n, float *dx)
{
  INDEPENDENT
  for (size_t i = 0; i < n; i++)
    dx[i] = dy[i] * trp_activation_slope_f32 (kind, alpha, y[i]);
}

#define FOR_ANY_KIND(kind, FUNC)                                                                   \
  if ((kind) == TRP_ACTIVATION_TANH)                                                               \
    FUNC (TRP_ACTIVATION_TANH);                                                                    \
  else if ((kind) == TRP_ACTIVATION_SIGMOID)                                                       \
    FUNC (TRP_ACTIVATION_SIGMOID);                                                                 \
  else                                                                                             \
    FOR_KIND (kind, FUNC)

CLONES void
trp_loop_activation (TrpActivation kind, float alpha, const float *x, size_t n, float *y){
#define LOOP(constant) activation_loop (constant, alpha, x, n, y)
  FOR_ANY_KIND (kind, LOOP)
#undef LOOP
}

CLONES void trp_loop_activation_gradient (
  TrpActivation kind, float alpha, const float *y, const float *dy, size_t n, float *dx){
#define LOOP(constant) slope_loop (constant, alpha, y, dy, n, dx)
  FOR_ANY_KIND (kind, LOOP)
#undef LOOP
}

CLONES void trp_loop_add (const float *a, const float *b, size_t n, float *y)
{
  INDEPENDENT
  for (size_t i = 0; i < n; i++)
    y[i] = a[i] + b[i];
}

CLONES void
trp_loop_multiply (const float *a, const float *b, size_t n, float *y)
{
  INDEPENDENT
  for (size_t i = 0; i < n; i++)
    y[i] = a[i] * b[i];
}

CLONES void
trp_loop_scale (const float *x, float factor, size_t n, float *y)
{
  INDEPENDENT
  for (size_t i = 0; i < n; i++)
    y[i] = factor * x[i];
}

CLONES void
trp_loop_fill (float value, size_t n, float *y)
{
  for (size_t i = 0; i < n; i++)
    y[i] = value;
}

CLONES void
trp_loop_sum_2x2 (const float *row0, const float *row1, size_t n, size_t c, float *y)
{
  for (size_t i = 0; i < n; i++, row0 += 2 * c, row1 += 2 * c, y += c)
    {
      INDEPENDENT
      for (size_t j = 0; j < c; j++)
        y[j] = (row0[j] + row0[c + j]) + (row1[j] + row1[c + j]);
    }
}

CLONES void
trp_loop_max_2x2 (const float *row0, const float *row1, size_t n, size_t c, float *y)
{
  for (size_t i = 0; i < n; i++, row0 += 2 * c, row1 += 2 * c, y += c)
    {
      INDEPENDENT
      for (size_t j = 0; j < c; j++)
        {
          const float top = row0[c + j] > row0[j] ? row0[c + j] : row0[j];
          const float bottom = row1[c + j] > row1[j] ? row1[c + j] : row1[j];

          y[j] = bottom > top ? bottom : top;
        }
    }
}

CLONES void
trp_loop_max_2x2_gradient (
  const float *row0, const float *row1, const float *dy, size_t n, size_t c, float *dx0, float *dx1)
{
  for (size_t i = 0; i < n; i++, row0 += 2 * c, row1 += 2 * c, dx0 += 2 * c, dx1 += 2 * c, dy += c)
    {
      INDEPENDENT
      for (size_t j = 0; j < c; j++)
        {
          const bool right0 = row0[c + j] > row0[j], right1 = row1[c + j] > row1[j];
          const float top = right0 ? row0[c + j] : row0[j];
          const bool low = (right1 ? row1[c + j] : row1[j]) > top;

          dx0[j] = low || right0 ? 0 : dy[j];
          dx0[c + j] = !low && right0 ? dy[j] : 0;
          dx1[j] = low && !right1 ? dy[j] : 0;
          dx1[c + j] = low && right1 ? dy[j] : 0;
        }
    }
}

/* Sums of one array are made in lanes, so that they can be vectorised without reordering freedom.
 */
#define LANES 16

INLINE double
add_lanes (const double *lanes)
{
  double sum = 0;

  for (int i = 0; i < LANES; i++)
    sum += lanes[i];
  return sum;
}

CLONES double
trp_loop_sum (const float *x, size_t n)
{
  double lanes[LANES] = { 0 };
  size_t i = 0;

  for (; i + LANES <= n; i += LANES)
    for (size_t j = 0; j < LANES; j++)
      lanes[j] += (double) x[i + j];
  for (size_t j = 0; i < n; i++, j++)
    lanes[j] += (double) x[i];
  return add_lanes (lanes);
}

/* Each of the arrays after x may be NULL, and is a constant then. */
typedef struct
{
  const float *target, *weight;
  float value;
} LossSide;

INLINE float
loss_target (const LossSide *side, size_t i)
{
  return side->target ? side->target[i] : side->value;
}

INLINE double
loss_term (TrpPixelLoss kind, const float *x, const LossSide *side, size_t i)
{
  const float loss = trp_pixel_loss_f32 (kind, x[i], loss_target (side, i));

  return (double) (side->weight ? side->weight[i] * loss : loss);
}

INLINE double
loss_loop (TrpPixelLoss kind, const float *x, const LossSide *side, size_t n)
{
  double lanes[LANES] = { 0 };
  size_t i = 0;

  for (; i + LANES <= n; i += LANES)
    for (size_t j = 0; j < LANES; j++)
      lanes[j] += loss_term (kind, x, side, i + j);
  for (size_t j = 0; i < n; i++, j++)
    lanes[j] += loss_term (kind, x, side, i);
  return add_lanes (lanes);
}

#define FOR_LOSS(kind, FUNC)                                                                       \
  switch (kind)                                                                                    \
    {                                                                                              \
    case TRP_PIXEL_LOSS_L1:                                                                        \
      FUNC (TRP_PIXEL_LOSS_L1);                                                                    \
      break;                                                                                       \
    case TRP_PIXEL_LOSS_BCE_LOGITS:                                                                \
      FUNC (TRP_PIXEL_LOSS_BCE_LOGITS);                                                            \
      break;                                                                                       \
    default:                                                                                       \
      FUNC (TRP_PIXEL_LOSS_MSE);                                                                   \
    }

/* Calls FUNC with the kind and with what there is on the other side as constants. */
#define FOR_SIDES(kind, target, weight, value, FUNC)                                               \
  if (weight)                                                                                      \
    {                                                                                              \
      const LossSide side = { target, weight, 0 };                                                 \
      FOR_LOSS (kind, FUNC)                                                                        \
    }                                                                                              \
  else if (target)                                                                                 \
    {                                                                                              \
      const LossSide side = { target, NULL, 0 };                                                   \
      FOR_LOSS (kind, FUNC)                                                                        \
    }                                                                                              \
  else                                                                                             \
    {                                                                                              \
      const LossSide side = { NULL, NULL, value };                                                 \
      FOR_LOSS (kind, FUNC)                                                                        \
    }

CLONES double
trp_loop_pixel_loss (TrpPixelLoss kind,
                     const float *x,
                     const float *target,
                     const float *weight,
                     float value,
                     size_t n)
{
  double sum = 0;

#define LOOP(constant) sum = loss_loop (constant, x, &side, n)
  FOR_SIDES (kind, target, weight, value, LOOP)
#undef LOOP
  return sum;
}

INLINE void
loss_slope_loop (
  TrpPixelLoss kind, const float *x, const LossSide *side, float factor, size_t n, float *dx)
{
  const LossSide at = *side;

  INDEPENDENT
  for (size_t i = 0; i < n; i++)
    {
      const float slope = trp_pixel_loss_slope_f32 (kind, x[i], loss_target (&at, i));

      dx[i] = at.weight ? factor * at.weight[i] * slope : factor * slope;
    }
}

CLONES void
trp_loop_pixel_loss_gradient (TrpPixelLoss kind,
                              const float *x,
                              const float *target,
                              const float *weight,
                              float value,
                              float factor,
                              size_t n,
                              float *dx){
#define LOOP(constant) loss_slope_loop (constant, x, &side, factor, n, dx)
  FOR_SIDES (kind, target, weight, value, LOOP)
#undef LOOP
}

CLONES void trp_loop_adam (
  const TrpLoopAdam *adam, const float *g, size_t n, float *p, float *m, float *v)
{
  const TrpLoopAdam a = *adam;

  if (a.factor == 1) /* a product here could be rounded otherwise */
    {
      INDEPENDENT
      for (size_t i = 0; i < n; i++)
        trp_adam_f32 (g[i], a.beta1, a.beta2, a.eps, a.weight_decay, a.step_size, a.root_correction,
                      &p[i], &m[i], &v[i]);
      return;
    }
  INDEPENDENT
  for (size_t i = 0; i < n; i++)
    trp_adam_f32 (a.factor * g[i], a.beta1, a.beta2, a.eps, a.weight_decay, a.step_size,
                  a.root_correction, &p[i], &m[i], &v[i]);
}

CLONES void
trp_loop_rmsprop (
  const TrpLoopRmsprop *rmsprop, const float *g, size_t n, float *p, float *v, float *b)
{
  const TrpLoopRmsprop r = *rmsprop;

  if (!b)
    {
      INDEPENDENT
      for (size_t i = 0; i < n; i++)
        {
          float none = 0;

          trp_rmsprop_f32 (r.factor * g[i], r.alpha, r.eps, 0, r.weight_decay, r.learning_rate,
                           &p[i], &v[i], &none);
        }
      return;
    }
  INDEPENDENT
  for (size_t i = 0; i < n; i++)
    trp_rmsprop_f32 (r.factor * g[i], r.alpha, r.eps, r.momentum, r.weight_decay, r.learning_rate,
                     &p[i], &v[i], &b[i]);
}

CLONES void
trp_loop_clip (const float *x, float limit, size_t n, float *y)
{
  INDEPENDENT
  for (size_t i = 0; i < n; i++)
    y[i] = trp_clip_f32 (x[i], limit);
}

/* An exponent of all ones is an infinity or no number. */
CLONES bool
trp_loop_all_finite (const float *x, size_t n)
{
  uint32_t largest = 0;

  for (size_t i = 0; i < n; i++)
    {
      uint32_t bits;

      memcpy (&bits, &x[i], sizeof bits);
      largest = MAX (largest, bits & 0x7fffffffU);
    }
  return largest < 0x7f800000U;
}

CLONES void
trp_loop_ema (float decay, const float *p, size_t n, float *average)
{
  INDEPENDENT
  for (size_t i = 0; i < n; i++)
    average[i] = decay * average[i] + (1 - decay) * p[i];
}

/* Vectors of 8 and 16 lanes, whatever the machine has: the compiler cuts them. Read where they lie,
 * and never passed to functions, whose calling convention would depend on the machine. */
typedef float V8 __attribute__ ((vector_size (32), aligned (4), may_alias));
typedef float V16 __attribute__ ((vector_size (64), aligned (4), may_alias));

#define ADD_LANES_V8(v)                                                                            \
  (((v)[0] + (v)[4]) + ((v)[1] + (v)[5])) + (((v)[2] + (v)[6]) + ((v)[3] + (v)[7]))
#define ADD_LANES_V16(v)                                                                           \
  (((v)[0] + (v)[8]) + ((v)[1] + (v)[9])) + (((v)[2] + (v)[10]) + ((v)[3] + (v)[11])) +            \
    ((((v)[4] + (v)[12]) + ((v)[5] + (v)[13])) + (((v)[6] + (v)[14]) + ((v)[7] + (v)[15])))

#define TILE 8 /* pixels whose sums stay in registers */

/* thin_tile: sums of @n_pixels neighbours (TILE or 1) from pixel @at of the rows, taps @first to
 * @end. */
#define DEFINE_THIN(V)                                                                             \
  INLINE void thin_tile_##V (const TrpLoopThin *thin, int at, int n_pixels, int first, int end,    \
                             size_t step, float *y)                                                \
  {                                                                                                \
    const size_t c = thin->channels;                                                               \
    V sums[TILE] = { 0 };                                                                          \
                                                                                                   \
    for (int r = 0; r < thin->n_rows; r++)                                                         \
      {                                                                                            \
        const float *x = thin->x + ((size_t) (r * thin->width) + (size_t) (at + first)) * c;       \
        const float *w = thin->weights + (size_t) (r * thin->n_taps + first) * c;                  \
        const size_t count = (size_t) (end - first) * c;                                           \
                                                                                                   \
        for (size_t i = 0; i < count; i += sizeof (V) / sizeof (float))                            \
          for (int j = 0; j < n_pixels; j++)                                                       \
            sums[j] += *(const V *) (x + (size_t) j * c + i) * *(const V *) (w + i);               \
      }                                                                                            \
    for (int j = 0; j < n_pixels; j++)                                                             \
      y[(size_t) j * step] = thin->bias + (ADD_LANES_##V (sums[j]));                               \
  }                                                                                                \
                                                                                                   \
  INLINE void thin_row_##V (const TrpLoopThin *thin, int n, size_t step, float *y)                 \
  {                                                                                                \
    for (int i = 0; i < n;)                                                                        \
      {                                                                                            \
        const int at = i - thin->left, first = CLAMP (-at, 0, thin->n_taps);                       \
        const int end = CLAMP (thin->width - at, first, thin->n_taps);                             \
                                                                                                   \
        if (first == 0 && i + TILE <= n && at + TILE - 1 + thin->n_taps <= thin->width)            \
          {                                                                                        \
            thin_tile_##V (thin, at, TILE, 0, thin->n_taps, step, y + (size_t) i * step);          \
            i += TILE;                                                                             \
            continue;                                                                              \
          }                                                                                        \
        thin_tile_##V (thin, at, 1, first, end, step, y + (size_t) i * step);                      \
        i++;                                                                                       \
      }                                                                                            \
  }                                                                                                \
                                                                                                   \
  INLINE void thin_filter_##V (const float *x, const float *dy, size_t n, size_t c, int n_taps,    \
                               float *sums)                                                        \
  {                                                                                                \
    for (size_t i = 0; i < c; i += sizeof (V) / sizeof (float))                                    \
      {                                                                                            \
        V taps[TRP_LOOP_MAX_TAPS];                                                                 \
                                                                                                   \
        for (int s = 0; s < n_taps; s++)                                                           \
          taps[s] = *(const V *) (sums + (size_t) s * c + i);                                      \
        for (size_t w = 0; w < n; w++)                                                             \
          for (int s = 0; s < n_taps; s++)                                                         \
            taps[s] += *(const V *) (x + w * c + i) * dy[w + (size_t) (n_taps - 1 - s)];           \
        for (int s = 0; s < n_taps; s++)                                                           \
          *(V *) (sums + (size_t) s * c + i) = taps[s];                                            \
      }                                                                                            \
  }

DEFINE_THIN (V8)
DEFINE_THIN (V16)

CLONES void
trp_loop_thin_row (const TrpLoopThin *thin, int n, size_t step, float *y)
{
  if (thin->channels % 16 == 0)
    thin_row_V16 (thin, n, step, y);
  else
    thin_row_V8 (thin, n, step, y);
}

CLONES void
trp_loop_thin_filter (const float *x, const float *dy, size_t n, size_t c, int n_taps, float *sums)
{
#define FILTER(taps)                                                                               \
  if (c % 16 == 0)                                                                                 \
    thin_filter_V16 (x, dy, n, c, taps, sums);                                                     \
  else                                                                                             \
    thin_filter_V8 (x, dy, n, c, taps, sums)
  switch (n_taps)
    {
    case 7:
      FILTER (7);
      break;
    case 4:
      FILTER (4);
      break;
    case 3:
      FILTER (3);
      break;
    default:
      FILTER (n_taps);
    }
#undef FILTER
}
