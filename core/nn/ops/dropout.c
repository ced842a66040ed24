/* dropout.c - zeroes elements at random and scales the others by 1 / (1 - p)
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The mask depends on (seed, stream, step, element) only, so the same operation applied to the
 * gradient is its own backward and nothing is stored.
 */

#include "core/nn/formula.h"
#include "core/nn/graph.h"

static bool
infer_dropout (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  g_assert (desc->n_inputs == 2 && trp_shape_count (desc->inputs[1].shape) == 1);
  g_assert (desc->attributes.alpha >= 0 && desc->attributes.alpha < 1);
  out_shapes[0] = desc->inputs[0].shape;
  return true;
}

static void
backward_dropout (TrpGraph *graph,
                  const TrpOp *op,
                  const TrpValue *output_gradients,
                  const bool *wanted,
                  TrpValue *out_gradients)
{
  const TrpValue inputs[] = { output_gradients[0], op->inputs[1] };

  out_gradients[0] = trp_graph_op (graph, TRP_OP_dropout, &op->attributes, inputs, 2);
}

static void
reference_dropout (const TrpReferenceArgs *args)
{
  const TrpOpAttributes *a = &args->desc->attributes;
  const uint32_t step = (uint32_t) args->inputs[1][0], limit = trp_dropout_limit (a->alpha);
  const double factor = 1 / (1 - a->alpha);

  for (size_t i = 0; i < trp_shape_count (args->desc->inputs[0].shape); i++)
    args->outputs[0][i] = trp_dropout_f64 (trp_dropout_word (a->seed, a->stream, step, i), limit,
                                           factor, args->inputs[0][i]);
}

const TrpOpClass trp_op_dropout = {
  .name = "dropout",
  .in_place = 1,
  .infer = infer_dropout,
  .backward = backward_dropout,
  .reference = reference_dropout,
};
