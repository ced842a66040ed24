/* init.c - see init.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/init.h"

#include "core/base/rng.h"
#include "core/nn/layers.h"

#include <math.h>

#define NORMAL_SD 0.02

/* FNV-1a; a stable number for a name. */
static uint64_t
hash_name (const char *name)
{
  uint64_t hash = 0xcbf29ce484222325u;

  for (; *name; name++)
    hash = (hash ^ (uint8_t) *name) * 0x100000001b3u;
  return hash;
}

/* Weights that meet in one output: of a transposed convolution, PyTorch takes its output channels.
 */
static double
he_deviation (TrpShape filter)
{
  return sqrt (2.0 / ((double) filter.h * filter.w * filter.c));
}

/* A start of the power method, of length about 1. */
static bool
is_spectral (const TrpStored *stored)
{
  return stored->tensor.kind == TRP_VALUE_STATE &&
         (g_str_has_suffix (stored->name, TRP_SPECTRAL_U_SUFFIX) ||
          g_str_has_suffix (stored->name, TRP_SPECTRAL_V_SUFFIX));
}

static bool
is_initialised (const TrpStored *stored)
{
  return stored->tensor.kind == TRP_VALUE_PARAMETER || is_spectral (stored) ||
         g_str_has_suffix (stored->name, ".running_mean") ||
         g_str_has_suffix (stored->name, ".running_var");
}

static void
choose (const TrpStored *stored, TrpInit init, double *out_mean, double *out_sd)
{
  *out_mean = *out_sd = 0;
  if (is_spectral (stored))
    *out_sd = 1 / sqrt ((double) trp_shape_count (stored->tensor.shape));
  else if (stored->axes == TRP_AXES_FILTER)
    *out_sd = init == TRP_INIT_HE ? he_deviation (stored->tensor.shape) : NORMAL_SD;
  else if (g_str_has_suffix (stored->name, ".weight"))
    {
      *out_mean = 1;
      *out_sd = init == TRP_INIT_HE ? 0 : NORMAL_SD;
    }
  else if (g_str_has_suffix (stored->name, ".running_var"))
    *out_mean = 1;
}

bool
trp_store_init (TrpStore *store, const char *prefix, TrpInit init, uint64_t seed, GError **error)
{
  for (int i = 0; i < trp_store_get_n (store); i++)
    {
      TrpStored *stored = trp_store_peek (store, i);
      const size_t count = trp_shape_count (stored->tensor.shape);
      TrpRng rng = trp_rng_new (seed, hash_name (stored->name));
      g_autofree float *values = NULL;
      double mean, sd;

      if (!g_str_has_prefix (stored->name, prefix) || !is_initialised (stored))
        continue;
      choose (stored, init, &mean, &sd);
      values = g_new (float, count);
      for (size_t k = 0; k < count; k++)
        values[k] = (float) (sd > 0 ? trp_rng_normal (&rng, mean, sd) : mean);
      if (!trp_store_set (store, stored, values, error))
        return false;
    }
  return true;
}
