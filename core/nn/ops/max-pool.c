/* max-pool.c - maximum of 2 x 2 pixels
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The gradient goes to the first maximum in row order, found again from x: no index is stored.
 */

#include "core/nn/formula.h"
#include "core/nn/graph.h"

#include <string.h>

static bool
infer_pool (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  const TrpShape x = desc->inputs[0].shape;

  if (x.h % 2 || x.w % 2)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY,
                   "An image of %d x %d cannot be halved; the size must be divisible by what the "
                   "network shrinks it by",
                   x.w, x.h);
      return false;
    }
  out_shapes[0] = (TrpShape){ x.n, x.h / 2, x.w / 2, x.c };
  return true;
}

static bool
infer_pool_backward (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  g_assert (desc->n_inputs == 2 && desc->inputs[0].shape.h == 2 * desc->inputs[1].shape.h);
  out_shapes[0] = desc->inputs[0].shape;
  return true;
}

static void
backward_pool (TrpGraph *graph,
               const TrpOp *op,
               const TrpValue *output_gradients,
               const bool *wanted,
               TrpValue *out_gradients)
{
  const TrpValue inputs[] = { op->inputs[0], output_gradients[0] };

  out_gradients[0] = trp_graph_op (graph, TRP_OP_max_pool_backward, NULL, inputs, 2);
}

/* Index in x of the maximum for one output element. */
static size_t
find_maximum (const double *x, TrpShape shape, int n, int h, int w, int c)
{
  const size_t right = (size_t) shape.c, below = (size_t) shape.w * (size_t) shape.c;
  const size_t index = trp_shape_index (shape, n, 2 * h, 2 * w, c);
  const int best = trp_first_maximum_f64 (x[index], x[index + right], x[index + below],
                                          x[index + below + right]);

  return index + (best % 2 ? right : 0) + (best / 2 ? below : 0);
}

static void
reference_pool (const TrpReferenceArgs *args)
{
  const TrpShape x = args->desc->inputs[0].shape, y = args->desc->outputs[0].shape;
  double *to = args->outputs[0];

  for (int n = 0; n < y.n; n++)
    for (int h = 0; h < y.h; h++)
      for (int w = 0; w < y.w; w++)
        for (int c = 0; c < y.c; c++)
          *to++ = args->inputs[0][find_maximum (args->inputs[0], x, n, h, w, c)];
}

static void
reference_pool_backward (const TrpReferenceArgs *args)
{
  const TrpShape x = args->desc->inputs[0].shape, y = args->desc->inputs[1].shape;
  const double *dy = args->inputs[1];

  memset (args->outputs[0], 0, trp_shape_count (x) * sizeof (double));
  for (int n = 0; n < y.n; n++)
    for (int h = 0; h < y.h; h++)
      for (int w = 0; w < y.w; w++)
        for (int c = 0; c < y.c; c++)
          args->outputs[0][find_maximum (args->inputs[0], x, n, h, w, c)] = *dy++;
}

const TrpOpClass trp_op_max_pool = {
  .name = "max_pool",
  .infer = infer_pool,
  .backward = backward_pool,
  .reference = reference_pool,
};

const TrpOpClass trp_op_max_pool_backward = {
  .name = "max_pool_backward",
  .infer = infer_pool_backward,
  .reference = reference_pool_backward,
};
