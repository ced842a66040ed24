/* activation.c - ReLU, leaky ReLU, tanh, sigmoid; derivatives from the output, so that both can
 * run in place
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/formula.h"
#include "core/nn/graph.h"

static bool
infer_activation (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  g_assert (desc->n_inputs == 1);
  g_assert (desc->attributes.activation != TRP_ACTIVATION_LEAKY_RELU || desc->attributes.alpha > 0);
  out_shapes[0] = desc->inputs[0].shape;
  return true;
}

static bool
infer_activation_backward (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  g_assert (desc->n_inputs == 2);
  g_assert (trp_shape_equal (desc->inputs[0].shape, desc->inputs[1].shape));
  out_shapes[0] = desc->inputs[0].shape;
  return true;
}

static void
backward_activation (TrpGraph *graph,
                     const TrpOp *op,
                     const TrpValue *output_gradients,
                     const bool *wanted,
                     TrpValue *out_gradients)
{
  const TrpValue inputs[] = { op->outputs[0], output_gradients[0] };

  out_gradients[0] = trp_graph_op (graph, TRP_OP_activation_backward, &op->attributes, inputs, 2);
}

static void
reference_activation (const TrpReferenceArgs *args)
{
  const TrpOpAttributes *a = &args->desc->attributes;

  for (size_t i = 0; i < trp_shape_count (args->desc->inputs[0].shape); i++)
    args->outputs[0][i] = trp_activation_f64 (a->activation, a->alpha, args->inputs[0][i]);
}

static void
reference_activation_backward (const TrpReferenceArgs *args)
{
  const TrpOpAttributes *a = &args->desc->attributes;

  for (size_t i = 0; i < trp_shape_count (args->desc->inputs[0].shape); i++)
    args->outputs[0][i] = args->inputs[1][i] *
                          trp_activation_slope_f64 (a->activation, a->alpha, args->inputs[0][i]);
}

const TrpOpClass trp_op_activation = {
  .name = "activation",
  .in_place = 1,
  .infer = infer_activation,
  .backward = backward_activation,
  .reference = reference_activation,
};

const TrpOpClass trp_op_activation_backward = {
  .name = "activation_backward",
  .in_place = 3,
  .infer = infer_activation_backward,
  .reference = reference_activation_backward,
};
