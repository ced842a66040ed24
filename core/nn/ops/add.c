/* add.c - sum of two tensors, and scaling by a number
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/graph.h"

static bool
infer_add (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  g_assert (desc->n_inputs == 2);
  out_shapes[0] = desc->inputs[0].shape;
  return trp_op_same_shape (desc, error);
}

static bool
infer_scale (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  g_assert (desc->n_inputs == 1 || desc->n_inputs == 2);
  g_assert (desc->n_inputs < 2 || trp_shape_count (desc->inputs[1].shape) == 1);
  out_shapes[0] = desc->inputs[0].shape;
  return true;
}

static void
backward_add (TrpGraph *graph,
              const TrpOp *op,
              const TrpValue *output_gradients,
              const bool *wanted,
              TrpValue *out_gradients)
{
  out_gradients[0] = out_gradients[1] = output_gradients[0];
}

static void
backward_scale (TrpGraph *graph,
                const TrpOp *op,
                const TrpValue *output_gradients,
                const bool *wanted,
                TrpValue *out_gradients)
{
  const TrpValue inputs[] = { output_gradients[0], op->n_inputs == 2 ? op->inputs[1] : 0 };

  g_assert (op->n_inputs < 2 || !wanted[1]);
  out_gradients[0] = trp_graph_op (graph, TRP_OP_scale, &op->attributes, inputs, op->n_inputs);
}

static void
reference_add (const TrpReferenceArgs *args)
{
  for (size_t i = 0; i < trp_shape_count (args->desc->inputs[0].shape); i++)
    args->outputs[0][i] = args->inputs[0][i] + args->inputs[1][i];
}

static void
reference_scale (const TrpReferenceArgs *args)
{
  const double factor = args->desc->attributes.alpha *
                        (args->desc->n_inputs == 2 ? args->inputs[1][0] : 1);

  for (size_t i = 0; i < trp_shape_count (args->desc->inputs[0].shape); i++)
    args->outputs[0][i] = factor * args->inputs[0][i];
}

const TrpOpClass trp_op_add = {
  .name = "add",
  .in_place = 3,
  .infer = infer_add,
  .backward = backward_add,
  .reference = reference_add,
};

const TrpOpClass trp_op_scale = {
  .name = "scale",
  .in_place = 1,
  .infer = infer_scale,
  .backward = backward_scale,
  .reference = reference_scale,
};
