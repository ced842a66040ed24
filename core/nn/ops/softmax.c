/* softmax.c - shares of the channels of each pixel
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * y_c = exp (x_c - max x) / sum over k of exp (x_k - max x); dx_c = y_c (dy_c - sum over k of dy_k
 * y_k), from the output.
 */

#include "core/nn/graph.h"

#include <math.h>

static bool
infer_softmax (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  g_assert (desc->n_inputs == 1);
  out_shapes[0] = desc->inputs[0].shape;
  return true;
}

static bool
infer_softmax_backward (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  g_assert (desc->n_inputs == 2);
  g_assert (trp_shape_equal (desc->inputs[0].shape, desc->inputs[1].shape));
  out_shapes[0] = desc->inputs[0].shape;
  return true;
}

static void
backward_softmax (TrpGraph *graph,
                  const TrpOp *op,
                  const TrpValue *output_gradients,
                  const bool *wanted,
                  TrpValue *out_gradients)
{
  const TrpValue inputs[] = { op->outputs[0], output_gradients[0] };

  out_gradients[0] = trp_graph_op (graph, TRP_OP_softmax_backward, NULL, inputs, 2);
}

static void
reference_softmax (const TrpReferenceArgs *args)
{
  const TrpShape s = args->desc->inputs[0].shape;

  for (size_t i = 0; i < trp_shape_count (s); i += (size_t) s.c)
    {
      const double *x = args->inputs[0] + i;
      double *y = args->outputs[0] + i, largest = x[0], sum = 0;

      for (int c = 1; c < s.c; c++)
        largest = MAX (largest, x[c]);
      for (int c = 0; c < s.c; c++)
        sum += y[c] = exp (x[c] - largest);
      for (int c = 0; c < s.c; c++)
        y[c] /= sum;
    }
}

static void
reference_softmax_backward (const TrpReferenceArgs *args)
{
  const TrpShape s = args->desc->inputs[0].shape;

  for (size_t i = 0; i < trp_shape_count (s); i += (size_t) s.c)
    {
      const double *y = args->inputs[0] + i, *dy = args->inputs[1] + i;
      double *dx = args->outputs[0] + i, dot = 0;

      for (int c = 0; c < s.c; c++)
        dot += y[c] * dy[c];
      for (int c = 0; c < s.c; c++)
        dx[c] = y[c] * (dy[c] - dot);
    }
}

const TrpOpClass trp_op_softmax = {
  .name = "softmax",
  .in_place = 1,
  .infer = infer_softmax,
  .backward = backward_softmax,
  .reference = reference_softmax,
};

const TrpOpClass trp_op_softmax_backward = {
  .name = "softmax_backward",
  .in_place = 3,
  .infer = infer_softmax_backward,
  .reference = reference_softmax_backward,
};
