/* concat.c - joining tensors along channels, and cutting channels out
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/graph.h"

#include <string.h>

static bool
infer_concat (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  TrpShape y = desc->inputs[0].shape;

  for (int i = 1; i < desc->n_inputs; i++)
    {
      const TrpShape x = desc->inputs[i].shape;

      if (x.n != y.n || x.h != y.h || x.w != y.w)
        {
          g_set_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY,
                       "Images of %d x %d and %d x %d cannot be joined; the size must be divisible "
                       "by what the network shrinks it by",
                       y.w, y.h, x.w, x.h);
          return false;
        }
      y.c += x.c;
    }
  out_shapes[0] = y;
  return true;
}

static bool
infer_slice (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  const TrpOpAttributes *a = &desc->attributes;

  out_shapes[0] = desc->inputs[0].shape;
  out_shapes[0].c = a->shape.c;
  g_assert (desc->n_inputs == 1 && a->offset >= 0 && a->shape.c > 0);
  g_assert (a->offset + a->shape.c <= desc->inputs[0].shape.c);
  return true;
}

static bool
infer_slice_backward (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  out_shapes[0] = desc->attributes.shape;
  return true;
}

static void
backward_concat (TrpGraph *graph,
                 const TrpOp *op,
                 const TrpValue *output_gradients,
                 const bool *wanted,
                 TrpValue *out_gradients)
{
  int offset = 0;

  for (int i = 0; i < op->n_inputs; i++)
    {
      const int channels = trp_graph_get_shape (graph, op->inputs[i]).c;
      const TrpOpAttributes a = { .offset = offset, .shape = { .c = channels } };

      if (wanted[i])
        out_gradients[i] = trp_graph_op (graph, TRP_OP_slice, &a, output_gradients, 1);
      offset += channels;
    }
}

static void
backward_slice (TrpGraph *graph,
                const TrpOp *op,
                const TrpValue *output_gradients,
                const bool *wanted,
                TrpValue *out_gradients)
{
  const TrpOpAttributes a = {
    .offset = op->attributes.offset,
    .shape = trp_graph_get_shape (graph, op->inputs[0]),
  };

  out_gradients[0] = trp_graph_op (graph, TRP_OP_slice_backward, &a, output_gradients, 1);
}

/* Copies @channels of every pixel. */
static void
copy_channels (
  const double *from, int from_channels, double *to, int to_channels, int channels, size_t n_pixels)
{
  for (size_t i = 0; i < n_pixels; i++)
    memcpy (to + i * (size_t) to_channels, from + i * (size_t) from_channels,
            (size_t) channels * sizeof (double));
}

static void
reference_concat (const TrpReferenceArgs *args)
{
  const TrpShape y = args->desc->outputs[0].shape;
  double *to = args->outputs[0];

  for (int i = 0; i < args->desc->n_inputs; i++)
    {
      const int channels = args->desc->inputs[i].shape.c;

      copy_channels (args->inputs[i], channels, to, y.c, channels,
                     trp_shape_pixels (y) * (size_t) y.n);
      to += channels;
    }
}

static void
reference_slice (const TrpReferenceArgs *args)
{
  const TrpShape x = args->desc->inputs[0].shape, y = args->desc->outputs[0].shape;

  copy_channels (args->inputs[0] + args->desc->attributes.offset, x.c, args->outputs[0], y.c, y.c,
                 trp_shape_pixels (y) * (size_t) y.n);
}

static void
reference_slice_backward (const TrpReferenceArgs *args)
{
  const TrpShape dy = args->desc->inputs[0].shape, x = args->desc->outputs[0].shape;

  memset (args->outputs[0], 0, trp_shape_count (x) * sizeof (double));
  copy_channels (args->inputs[0], dy.c, args->outputs[0] + args->desc->attributes.offset, x.c, dy.c,
                 trp_shape_pixels (x) * (size_t) x.n);
}

const TrpOpClass trp_op_concat = {
  .name = "concat",
  .moves = true,
  .infer = infer_concat,
  .backward = backward_concat,
  .reference = reference_concat,
};

const TrpOpClass trp_op_slice = {
  .name = "slice",
  .moves = true,
  .infer = infer_slice,
  .backward = backward_slice,
  .reference = reference_slice,
};

const TrpOpClass trp_op_slice_backward = {
  .name = "slice_backward",
  .moves = true,
  .infer = infer_slice_backward,
  .reference = reference_slice_backward,
};
