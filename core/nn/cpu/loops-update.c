/* loops-update.c - optimisers over arrays, see loops.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/cpu/loops.h"

#include "core/nn/cpu/clones.h"
#include "core/nn/formula.h"

#include <string.h>

CLONES void
trp_loop_adam (const TrpLoopAdam *adam, const float *g, size_t n, float *p, float *m, float *v)
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
