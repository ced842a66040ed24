/* pixel-loss.c - means of a formula per element: squared and absolute difference, cross entropy
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Without a target tensor the target is the number alpha (LSGAN). A weight tensor multiplies the
 * loss of each element; the mean is still over their number.
 */

#include "core/nn/formula.h"
#include "core/nn/graph.h"

static bool
infer_loss (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  g_assert (desc->n_inputs >= 1 && desc->n_inputs <= 3);
  if (desc->n_inputs > 1 && !trp_op_same_shape (desc, error))
    return false;
  if (desc->n_inputs > 2)
    g_assert (trp_shape_equal (desc->inputs[2].shape, desc->inputs[0].shape));
  out_shapes[0] = trp_shape_vector (1);
  return true;
}

static bool
infer_loss_backward (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  g_assert (desc->n_inputs >= 2 && desc->n_inputs <= 4);
  g_assert (trp_shape_count (desc->inputs[1].shape) == 1);
  out_shapes[0] = desc->inputs[0].shape;
  return true;
}

/* Squared and absolute difference are the same from either side; a weight is taken as it is. */
static void
backward_loss (TrpGraph *graph,
               const TrpOp *op,
               const TrpValue *output_gradients,
               const bool *wanted,
               TrpValue *out_gradients)
{
  for (int i = 0; i < MIN (op->n_inputs, 2); i++)
    {
      const TrpValue inputs[] = {
        op->inputs[i],
        output_gradients[0],
        op->n_inputs > 1 ? op->inputs[1 - i] : TRP_VALUE_NONE,
        op->n_inputs > 2 ? op->inputs[2] : TRP_VALUE_NONE,
      };

      if (!wanted[i])
        continue;
      g_assert (i == 0 || op->attributes.mode != TRP_PIXEL_LOSS_BCE_LOGITS);
      out_gradients[i] = trp_graph_op (graph, TRP_OP_pixel_loss_backward, &op->attributes, inputs,
                                       op->n_inputs + 1);
    }
}

/* Of element @i; inputs from @target on are the target and the weight, if any. */
static double
target_at (const TrpReferenceArgs *args, int target, size_t i)
{
  return args->desc->n_inputs > target ? args->inputs[target][i] : args->desc->attributes.alpha;
}

static double
weight_at (const TrpReferenceArgs *args, int target, size_t i)
{
  return args->desc->n_inputs > target + 1 ? args->inputs[target + 1][i] : 1;
}

static void
reference_loss (const TrpReferenceArgs *args)
{
  const TrpPixelLoss kind = (TrpPixelLoss) args->desc->attributes.mode;
  const size_t count = trp_shape_count (args->desc->inputs[0].shape);
  double sum = 0;

  for (size_t i = 0; i < count; i++)
    sum += weight_at (args, 1, i) *
           trp_pixel_loss_f64 (kind, args->inputs[0][i], target_at (args, 1, i));
  args->outputs[0][0] = sum / (double) count;
}

static void
reference_loss_backward (const TrpReferenceArgs *args)
{
  const TrpPixelLoss kind = (TrpPixelLoss) args->desc->attributes.mode;
  const size_t count = trp_shape_count (args->desc->inputs[0].shape);
  const double factor = args->inputs[1][0] / (double) count;

  for (size_t i = 0; i < count; i++)
    args->outputs[0][i] = factor * weight_at (args, 2, i) *
                          trp_pixel_loss_slope_f64 (kind, args->inputs[0][i],
                                                    target_at (args, 2, i));
}

const TrpOpClass trp_op_pixel_loss = {
  .name = "pixel_loss",
  .precise = 1,
  .infer = infer_loss,
  .backward = backward_loss,
  .reference = reference_loss,
};

const TrpOpClass trp_op_pixel_loss_backward = {
  .name = "pixel_loss_backward",
  .infer = infer_loss_backward,
  .reference = reference_loss_backward,
};
