/* pad.c - zero, reflecting and replicating borders
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/formula.h"
#include "core/nn/graph.h"

#include <string.h>

static bool
infer_pad (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  const TrpOpAttributes *a = &desc->attributes;
  const TrpShape x = desc->inputs[0].shape;

  g_assert (desc->n_inputs == 1);
  g_assert (a->pad_top >= 0 && a->pad_bottom >= 0 && a->pad_left >= 0 && a->pad_right >= 0);
  if (a->mode == TRP_PAD_REFLECT &&
      (MAX (a->pad_top, a->pad_bottom) >= x.h || MAX (a->pad_left, a->pad_right) >= x.w))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY,
                   "An image of %d x %d is too small for this network: it cannot be mirrored by %d "
                   "pixels",
                   x.w, x.h,
                   MAX (MAX (a->pad_top, a->pad_bottom), MAX (a->pad_left, a->pad_right)));
      return false;
    }
  out_shapes[0] = (TrpShape){ x.n, x.h + a->pad_top + a->pad_bottom,
                              x.w + a->pad_left + a->pad_right, x.c };
  return true;
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

/* Calls for each padded pixel with the pixel it is taken from; @from_padded adds back to it. */
static void
walk (const TrpOpAttributes *a, TrpShape x, TrpShape y, double *inner, double *padded, bool back)
{
  const size_t pixel = (size_t) x.c * sizeof (double);

  for (int n = 0; n < y.n; n++)
    for (int h = 0; h < y.h; h++)
      for (int w = 0; w < y.w; w++, padded += y.c)
        {
          const int from_h = trp_pad_source ((TrpPadMode) a->mode, h - a->pad_top, x.h);
          const int from_w = trp_pad_source ((TrpPadMode) a->mode, w - a->pad_left, x.w);
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

static void
reference_pad (const TrpReferenceArgs *args)
{
  walk (&args->desc->attributes, args->desc->inputs[0].shape, args->desc->outputs[0].shape,
        args->inputs[0], args->outputs[0], false);
}

static void
reference_pad_backward (const TrpReferenceArgs *args)
{
  const TrpShape x = args->desc->outputs[0].shape;

  memset (args->outputs[0], 0, trp_shape_count (x) * sizeof (double));
  walk (&args->desc->attributes, x, args->desc->inputs[0].shape, args->outputs[0], args->inputs[0],
        true);
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
