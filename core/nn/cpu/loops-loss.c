/* loops-loss.c - sums and losses over arrays, see loops.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/cpu/loops.h"

#include "core/nn/cpu/clones.h"
#include "core/nn/formula.h"

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
                              float *dx)
{
#define LOOP(constant) loss_slope_loop (constant, x, &side, factor, n, dx)
  FOR_SIDES (kind, target, weight, value, LOOP)
#undef LOOP
}
