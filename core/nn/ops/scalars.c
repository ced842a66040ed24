/* scalars.c - mean, weighted sum of losses, constants
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/graph.h"

static bool
infer_scalar (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  out_shapes[0] = trp_shape_vector (1);
  return true;
}

static bool
infer_shape (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  out_shapes[0] = desc->attributes.shape;
  return true;
}

static bool
infer_weighted_sum (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  g_assert (desc->n_inputs > 1);
  g_assert (trp_shape_equal (desc->inputs[0].shape, trp_shape_vector (desc->n_inputs - 1)));
  for (int i = 1; i < desc->n_inputs; i++)
    g_assert (trp_shape_count (desc->inputs[i].shape) == 1);
  return infer_scalar (desc, out_shapes, error);
}

static void
backward_mean (TrpGraph *graph,
               const TrpOp *op,
               const TrpValue *output_gradients,
               const bool *wanted,
               TrpValue *out_gradients)
{
  const TrpOpAttributes a = { .shape = trp_graph_get_shape (graph, op->inputs[0]) };

  out_gradients[0] = trp_graph_op (graph, TRP_OP_mean_backward, &a, output_gradients, 1);
}

static void
backward_weighted_sum (TrpGraph *graph,
                       const TrpOp *op,
                       const TrpValue *output_gradients,
                       const bool *wanted,
                       TrpValue *out_gradients)
{
  const TrpValue inputs[] = { op->inputs[0], output_gradients[0] };

  g_assert (!wanted[0]);
  for (int i = 1; i < op->n_inputs; i++)
    {
      const TrpOpAttributes a = { .offset = i - 1 };

      if (wanted[i])
        out_gradients[i] = trp_graph_op (graph, TRP_OP_weighted_sum_backward, &a, inputs, 2);
    }
}

static void
reference_mean (const TrpReferenceArgs *args)
{
  const size_t count = trp_shape_count (args->desc->inputs[0].shape);
  double sum = 0;

  for (size_t i = 0; i < count; i++)
    sum += args->inputs[0][i];
  args->outputs[0][0] = sum / (double) count;
}

static void
reference_mean_backward (const TrpReferenceArgs *args)
{
  const size_t count = trp_shape_count (args->desc->outputs[0].shape);

  for (size_t i = 0; i < count; i++)
    args->outputs[0][i] = args->inputs[0][0] / (double) count;
}

static void
reference_weighted_sum (const TrpReferenceArgs *args)
{
  double sum = 0;

  for (int i = 1; i < args->desc->n_inputs; i++)
    sum += args->inputs[0][i - 1] * args->inputs[i][0];
  args->outputs[0][0] = sum;
}

static void
reference_weighted_sum_backward (const TrpReferenceArgs *args)
{
  args->outputs[0][0] = args->inputs[0][args->desc->attributes.offset] * args->inputs[1][0];
}

static void
reference_constant (const TrpReferenceArgs *args)
{
  for (size_t i = 0; i < trp_shape_count (args->desc->outputs[0].shape); i++)
    args->outputs[0][i] = args->desc->attributes.alpha;
}

const TrpOpClass trp_op_mean = {
  .name = "mean",
  .precise = 1,
  .infer = infer_scalar,
  .backward = backward_mean,
  .reference = reference_mean,
};

const TrpOpClass trp_op_mean_backward = {
  .name = "mean_backward",
  .infer = infer_shape,
  .reference = reference_mean_backward,
};

const TrpOpClass trp_op_weighted_sum = {
  .name = "weighted_sum",
  .precise = 1,
  .infer = infer_weighted_sum,
  .backward = backward_weighted_sum,
  .reference = reference_weighted_sum,
};

const TrpOpClass trp_op_weighted_sum_backward = {
  .name = "weighted_sum_backward",
  .precise = 1,
  .infer = infer_scalar,
  .reference = reference_weighted_sum_backward,
};

const TrpOpClass trp_op_constant = {
  .name = "constant",
  .precise = 1,
  .infer = infer_shape,
  .reference = reference_constant,
};
