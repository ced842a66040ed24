/* upsample.c - every pixel becomes 2 x 2 equal ones
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/ops/upsample.h"

#include "core/nn/graph.h"

#include <string.h>

bool
trp_upsample_infer (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  const TrpShape x = desc->inputs[0].shape;

  out_shapes[0] = (TrpShape){ x.n, 2 * x.h, 2 * x.w, x.c };
  return true;
}

bool
trp_upsample_infer_backward (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  const TrpShape dy = desc->inputs[0].shape;

  g_assert (dy.h % 2 == 0 && dy.w % 2 == 0);
  out_shapes[0] = (TrpShape){ dy.n, dy.h / 2, dy.w / 2, dy.c };
  return true;
}

static void
backward_upsample (TrpGraph *graph,
                   const TrpOp *op,
                   const TrpValue *output_gradients,
                   const bool *wanted,
                   TrpValue *out_gradients)
{
  out_gradients[0] = trp_graph_op (graph, TRP_OP_upsample_backward, NULL, output_gradients, 1);
}

static void
reference_upsample (const TrpReferenceArgs *args)
{
  const TrpShape x = args->desc->inputs[0].shape, y = args->desc->outputs[0].shape;
  double *to = args->outputs[0];

  for (int n = 0; n < y.n; n++)
    for (int h = 0; h < y.h; h++)
      for (int w = 0; w < y.w; w++, to += y.c)
        memcpy (to, args->inputs[0] + trp_shape_index (x, n, h / 2, w / 2, 0),
                (size_t) y.c * sizeof (double));
}

static void
reference_upsample_backward (const TrpReferenceArgs *args)
{
  const TrpShape y = args->desc->inputs[0].shape, x = args->desc->outputs[0].shape;
  const double *dy = args->inputs[0];

  memset (args->outputs[0], 0, trp_shape_count (x) * sizeof (double));
  for (int n = 0; n < y.n; n++)
    for (int h = 0; h < y.h; h++)
      for (int w = 0; w < y.w; w++)
        for (int c = 0; c < y.c; c++)
          args->outputs[0][trp_shape_index (x, n, h / 2, w / 2, c)] += *dy++;
}

const TrpOpClass trp_op_upsample = {
  .name = "upsample",
  .infer = trp_upsample_infer,
  .backward = backward_upsample,
  .reference = reference_upsample,
};

const TrpOpClass trp_op_upsample_backward = {
  .name = "upsample_backward",
  .infer = trp_upsample_infer_backward,
  .reference = reference_upsample_backward,
};
