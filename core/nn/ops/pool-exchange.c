/* pool-exchange.c - a history of generated images for the discriminator
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Choices are numbers that the host draws before the step, one per image of the batch, carried out
 * in order: -1 passes the new image on; k >= 0 stores it in slot k and passes it on; -2 - k passes
 * on what slot k holds and stores the new image there. Source: Shrivastava et al., arXiv
 * 1612.07828.
 */

#include "core/nn/formula.h"
#include "core/nn/graph.h"

#include <math.h>
#include <string.h>

static bool
infer_exchange (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  const TrpShape x = desc->inputs[0].shape, pool = desc->inputs[2].shape;

  g_assert (desc->n_inputs == 3 && desc->n_outputs == 2);
  g_assert (trp_shape_equal (desc->inputs[1].shape, trp_shape_vector (x.n)));
  g_assert (x.h == pool.h && x.w == pool.w && x.c == pool.c);
  out_shapes[0] = x;
  out_shapes[1] = pool;
  return true;
}

static void
reference_exchange (const TrpReferenceArgs *args)
{
  const TrpShape x = args->desc->inputs[0].shape, pool = args->desc->inputs[2].shape;
  const size_t size = trp_shape_pixels (x) * (size_t) x.c, bytes = size * sizeof (double);

  for (int i = 0; i < x.n; i++)
    {
      const int choice = (int) lrint (args->inputs[1][i]), slot = trp_pool_slot (choice);
      const double *image = args->inputs[0] + (size_t) i * size;
      double *stored = args->outputs[1] + (size_t) MAX (slot, 0) * size;

      g_assert (slot < pool.n);
      memcpy (args->outputs[0] + (size_t) i * size, choice < -1 ? stored : image, bytes);
      if (slot >= 0)
        memcpy (stored, image, bytes);
    }
}

const TrpOpClass trp_op_pool_exchange = {
  .name = "pool_exchange",
  .infer = infer_exchange,
  .reference = reference_exchange,
};
