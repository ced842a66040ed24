/* pad.c - zero, reflecting and replicating borders
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/ops/pad.h"

#include "core/nn/formula.h"
#include "core/nn/graph.h"

#include <string.h>

static bool
infer_pad (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  g_assert (desc->n_inputs == 1);
  return trp_op_padded_shape (&desc->attributes, desc->inputs[0].shape, out_shapes, error);
}

static bool
infer_pad_backward (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  const TrpOpAttributes *a = &desc->attributes;
  const TrpShape dy = desc->inputs[0].shape;

  out_shapes[0] = (TrpShape){ dy.n, dy.h - a->pad_top - a->pad_bottom,
                              dy.w - a->pad_left - a->pad_right, dy.c };
  g_assert (out_shapes[0].h > 0 && out_shapes[0].w > 0);
  return true;
}

static void
backward_pad (TrpGraph *graph,
              const TrpOp *op,
              const TrpValue *output_gradients,
              const bool *wanted,
              TrpValue *out_gradients)
{
  out_gradients[0] = trp_graph_op (graph, TRP_OP_pad_backward, &op->attributes, output_gradients,
                                   1);
}

/* Copies each padded pixel from its place in @inner, or adds it back there. */
static void
walk (const TrpOpAttributes *a, TrpShape x, double *inner, double *padded, bool back)
{
  const size_t pixel = (size_t) x.c * sizeof (double);

  for (int n = 0; n < x.n; n++)
    for (int h = -a->pad_top; h < x.h + a->pad_bottom; h++)
      for (int w = -a->pad_left; w < x.w + a->pad_right; w++, padded += x.c)
        {
          const int from_h = trp_pad_source ((TrpPadMode) a->mode, h, x.h);
          const int from_w = trp_pad_source ((TrpPadMode) a->mode, w, x.w);
          const bool inside = from_h >= 0 && from_w >= 0;
          double *source = inner + (inside ? trp_shape_index (x, n, from_h, from_w, 0) : 0);

          if (!back && inside)
            memcpy (padded, source, pixel);
          else if (!back)
            memset (padded, 0, pixel);
          for (int c = 0; c < x.c && back && inside; c++)
            source[c] += padded[c];
        }
}

void
trp_reference_pad (const TrpOpAttributes *a, TrpShape x, const double *inner, double *out_padded)
{
  walk (a, x, (double *) inner, out_padded, false);
}

void
trp_reference_unpad (const TrpOpAttributes *a, TrpShape x, const double *padded, double *io_inner)
{
  walk (a, x, io_inner, (double *) padded, true);
}

static void
reference_pad (const TrpReferenceArgs *args)
{
  trp_reference_pad (&args->desc->attributes, args->desc->inputs[0].shape, args->inputs[0],
                     args->outputs[0]);
}

static void
reference_pad_backward (const TrpReferenceArgs *args)
{
  const TrpShape x = args->desc->outputs[0].shape;

  memset (args->outputs[0], 0, trp_shape_count (x) * sizeof (double));
  trp_reference_unpad (&args->desc->attributes, x, args->inputs[0], args->outputs[0]);
}

const TrpOpClass trp_op_pad = {
  .name = "pad",
  .infer = infer_pad,
  .backward = backward_pad,
  .reference = reference_pad,
};

const TrpOpClass trp_op_pad_backward = {
  .name = "pad_backward",
  .infer = infer_pad_backward,
  .reference = reference_pad_backward,
};
