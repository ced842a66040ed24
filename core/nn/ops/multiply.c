/* multiply.c - product of two tensors, element by element
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/graph.h"

static bool
infer (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  g_assert (desc->n_inputs == 2);
  out_shapes[0] = desc->inputs[0].shape;
  return trp_op_same_shape (desc, error);
}

static void
backward (TrpGraph *graph,
          const TrpOp *op,
          const TrpValue *output_gradients,
          const bool *wanted,
          TrpValue *out_gradients)
{
  for (int i = 0; i < 2; i++)
    {
      const TrpValue inputs[] = { output_gradients[0], op->inputs[1 - i] };

      if (wanted[i])
        out_gradients[i] = trp_graph_op (graph, TRP_OP_multiply, NULL, inputs, 2);
    }
}

static void
reference (const TrpReferenceArgs *args)
{
  for (size_t i = 0; i < trp_shape_count (args->desc->inputs[0].shape); i++)
    args->outputs[0][i] = args->inputs[0][i] * args->inputs[1][i];
}

const TrpOpClass trp_op_multiply = {
  .name = "multiply",
  .in_place = 3,
  .infer = infer,
  .backward = backward,
  .reference = reference,
};
