/* loops.h - the innermost loops, each compiled for several instruction sets
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Arrays are dense; "vectors" are @n rows of @c channels. An output may be the very same array as
 * an input, but may not overlap one otherwise. Thread-safe; nothing is kept.
 */

#pragma once

#include "core/nn/op.h"

G_BEGIN_DECLS

/* y += v for every row. */
void trp_loop_add_vector (float *y, size_t n, size_t c, const float *v);
/* Column sums. */
void trp_loop_sum_vectors (const float *x, size_t n, size_t c, float *out_sums);
/* Column means and sums of squared differences from them; two passes, so nothing cancels. */
void trp_loop_stats (const float *x, size_t n, size_t c, float *out_means, float *out_squares);

/* TrpLoopNorm: y = activation ((x - mean) scale + shift), per channel; scale = inverse_sd gamma;
 * plus @residual (nullable) element by element */
typedef struct
{
  const float *mean, *inverse_sd, *scale, *shift;
  TrpActivation activation;
  float alpha;
} TrpLoopNorm;

void trp_loop_norm (
  const TrpLoopNorm *norm, const float *x, const float *residual, size_t n, size_t c, float *y);
/* Column sums of g and of g (x - mean) inverse_sd, with g = dy times the activation's slope. */
void trp_loop_norm_sums (const TrpLoopNorm *norm,
                         const float *x,
                         const float *dy,
                         size_t n,
                         size_t c,
                         float *out_sums,
                         float *out_dots);
/* dx = scale (g - mean_g - (x - mean) inverse_sd mean_dot); NULL means: zero. */
void trp_loop_norm_gradient (const TrpLoopNorm *norm,
                             const float *x,
                             const float *dy,
                             size_t n,
                             size_t c,
                             const float *mean_g,
                             const float *mean_dot,
                             float *dx);

void trp_loop_activation (TrpActivation kind, float alpha, const float *x, size_t n, float *y);
void trp_loop_activation_gradient (
  TrpActivation kind, float alpha, const float *y, const float *dy, size_t n, float *dx);
void trp_loop_add (const float *a, const float *b, size_t n, float *y);
void trp_loop_multiply (const float *a, const float *b, size_t n, float *y);
void trp_loop_scale (const float *x, float factor, size_t n, float *y);
void trp_loop_fill (float value, size_t n, float *y);
double trp_loop_sum (const float *x, size_t n);
bool trp_loop_all_finite (const float *x, size_t n);

/* Two rows of 2 @n pixels become one of @n: their sum, their maximum, and the gradient of that,
 * which goes to the first maximum in row order and writes all of both rows. */
void trp_loop_sum_2x2 (const float *row0, const float *row1, size_t n, size_t c, float *y);
void trp_loop_max_2x2 (const float *row0, const float *row1, size_t n, size_t c, float *y);
void trp_loop_max_2x2_gradient (const float *row0,
                                const float *row1,
                                const float *dy,
                                size_t n,
                                size_t c,
                                float *dx0,
                                float *dx1);

#define TRP_LOOP_MAX_TAPS 16

/* A row of a correlation with one output channel: @n_rows rows of @x, @width pixels of @channels
 * (a multiple of 8) each, meet weights [row][tap][channel]; output pixel 0 begins @left pixels
 * before the row, where there are zeros. */
typedef struct
{
  const float *x;
  const float *weights;
  int n_rows, n_taps;
  size_t channels;
  int width, left;
  float bias;
} TrpLoopThin;

void trp_loop_thin_row (const TrpLoopThin *thin, int n, size_t step, float *y);
/* sums[tap][channel] += x[w][channel] dy[w + n_taps - 1 - tap] over @n pixels w; @c a multiple of 8
 */
void
trp_loop_thin_filter (const float *x, const float *dy, size_t n, size_t c, int n_taps, float *sums);

/* @target: (nullable): then @value everywhere; @weight: (nullable): then 1. Sum over the elements.
 */
double trp_loop_pixel_loss (TrpPixelLoss kind,
                            const float *x,
                            const float *target,
                            const float *weight,
                            float value,
                            size_t n);
void trp_loop_pixel_loss_gradient (TrpPixelLoss kind,
                                   const float *x,
                                   const float *target,
                                   const float *weight,
                                   float value,
                                   float factor,
                                   size_t n,
                                   float *dx);

typedef struct
{
  float beta1, beta2, eps, weight_decay, step_size, root_correction;
  float factor; /* of the gradients */
} TrpLoopAdam;

void
trp_loop_adam (const TrpLoopAdam *adam, const float *g, size_t n, float *p, float *m, float *v);

typedef struct
{
  float alpha, eps, momentum, weight_decay, learning_rate;
  float factor; /* of the gradients */
} TrpLoopRmsprop;

/* @b: (nullable): without momentum */
void trp_loop_rmsprop (
  const TrpLoopRmsprop *rmsprop, const float *g, size_t n, float *p, float *v, float *b);
void trp_loop_clip (const float *x, float limit, size_t n, float *y);
/* average = decay average + (1 - decay) p */
void trp_loop_ema (float decay, const float *p, size_t n, float *average);

G_END_DECLS
