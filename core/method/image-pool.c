/* image-pool.c - see image-pool.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/image-pool.h"

#include "core/base/rng.h"
#include "core/nn/optimizer.h"

TrpValue
trp_image_pool_add (
  TrpGraph *graph, const TrpRecipe *recipe, const char *name, TrpValue made, TrpValue choices)
{
  return recipe->pool > 0 ? trp_graph_pool_exchange (graph, name, recipe->pool, made, choices)
                          : made;
}

/* Fill first; then, for half of the images, a random stored one goes out and the new one takes its
 * place. */
static void
draw (TrpTrainer *trainer, int which, float *out_choices)
{
  TrpRng rng = { .seed = trainer->seed,
                 .stream = 0x706f6f6cU + (unsigned) which,
                 .index = trainer->pool_index[which] };

  for (int n = 0; n < trainer->recipe->batch; n++)
    {
      const bool exchange = trp_rng_uniform (&rng, 0, 1) > 0.5;
      const uint32_t slot = trp_rng_below (&rng, (uint32_t) trainer->recipe->pool);

      if (trainer->pool_fill[which] < trainer->recipe->pool)
        out_choices[n] = (float) trainer->pool_fill[which]++;
      else
        out_choices[n] = exchange ? -2 - (float) slot : -1;
    }
  trainer->pool_index[which] = rng.index;
}

bool
trp_image_pool_feed (TrpTrainer *trainer, int which, TrpValue choices, GError **error)
{
  g_autofree float *drawn = NULL;

  if (trainer->recipe->pool == 0)
    return true;
  drawn = g_new (float, (size_t) trainer->recipe->batch);
  draw (trainer, which, drawn);
  return trp_program_set (trainer->program, choices, drawn, error);
}
