/* loops.c - norms, element-wise operations and 2 x 2 pixels over arrays, see loops.h
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
